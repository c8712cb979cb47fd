#include "ratchet/matrix.h"

#include <algorithm>
#include <cmath>

#include "ratchet/environment.h"
#include "ratchet/error.h"
#include "ratchet/log_ratio.h"
#include "ratchet/matrix_rows.h"
#include "ratchet/policy.h"
#include "ratchet/statistics.h"
#include "ratchet/summary.h"

namespace ratchet {
namespace {

std::string join(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : ",") + text;
  return all;
}

struct Entry {
  std::size_t source = 0;
  const Measurement* measured = nullptr;
};

void stand(MatrixCell& cell, const Measurement& measured) {
  if (!measured.failures.empty()) {
    cell.standing = is_unavailable(measured.failures) ? Standing::Unavailable : Standing::Failed;
    cell.why = measured.failures.front().message;
  } else if (measured.launches.empty()) {
    cell.standing = Standing::Unavailable;
    cell.why = measured.warnings.empty() ? "was not measured" : measured.warnings.front();
  } else if (measured.check && !measured.check->verified) {
    cell.standing = Standing::Failed;
    cell.why = "its answer did not agree with its reference";
  } else {
    cell.standing = measured.check ? Standing::Verified : Standing::Unverified;
  }
}

void describe_times(MatrixCell& cell, const Measurement& measured, const Run& run, const Ceilings& ceilings,
                    MedianBootstraps& bootstraps) {
  cell.summary = summarize(measured.launches, measured.facts.bytes, "", bootstraps);
  cell.launch_cv = variation(launch_medians(measured.launches));
  std::vector<double> within;
  for (const auto& samples : measured.launches) within.push_back(variation(samples));
  cell.round_cv = median(within);
  if (run.environment) cell.tick_ns = run.environment->timer_tick_ns / static_cast<double>(measured.facts.batch);
  cell.rates = rates_of(measured.facts, cell.summary.median_ns, ceilings);
}

// Why times stand in the table and are held against no others.
std::optional<std::string> beyond_compare(const MatrixCell& cell, const Measurement& measured,
                                          std::span<const MatrixSource> sources, std::size_t source) {
  const std::optional<Environment>& sitting = sources.front().run.environment;
  if (measured.facts.handicap_percent > 0) return "a slowdown was planted";
  if (source > 0) {
    if (auto why = not_beside(sitting, sources[source].run.environment)) return why;
  }
  if (!sitting) return std::nullopt;
  if (const auto why = impossible(measured.facts, cell.summary.median_ns, *sitting))
    return "too fast to be true: " + *why;
  return std::nullopt;
}

MatrixCell cell_of(const Entry& entry, std::span<const MatrixSource> sources, const CaseRow& row,
                   const Ceilings& ceilings, MedianBootstraps& bootstraps) {
  const Measurement& measured = *entry.measured;
  const Run& run = sources[entry.source].run;
  MatrixCell cell;
  cell.id = measured.facts.id;
  cell.implementation = column_of(parse_case_name(cell.id), row);
  cell.source = entry.source;
  cell.peak_memory_bytes = measured.facts.peak_memory_bytes;
  cell.warnings = measured.warnings;
  stand(cell, measured);
  if (cell.standing == Standing::Failed || measured.launches.empty()) return cell;
  describe_times(cell, measured, run, ceilings, bootstraps);
  if (const auto why = beyond_compare(cell, measured, sources, entry.source)) {
    cell.apart = true;
    cell.why = *why;
  }
  return cell;
}

// What the timer cannot tell apart: a median is known to half a tick, and launches that all round alike do not show it.
double unresolved(const MatrixCell& cell) { return cell.tick_ns / 2 / cell.summary.median_ns; }

MatrixPair compare(const MatrixRow& row, std::size_t i, std::size_t j, const std::vector<const Measurement*>& measured,
                   double confidence) {
  const MatrixCell& a = row.cells[i];
  const MatrixCell& b = row.cells[j];
  const std::vector<double> first = logs_of(*measured[i]);
  const std::vector<double> second = logs_of(*measured[j]);
  MatrixPair pair{i, j, a.source == b.source && first.size() == second.size(), 1, {}, "", 0};
  const std::size_t fewest = std::min(first.size(), second.size());
  const LogRatio told = pair.paired ? mean_of_launches(launch_log_ratios(log_samples_of(*measured[i]),
                                                                        log_samples_of(*measured[j]), fewest))
                                    : unpaired(first, second);
  const double width = unresolved(a) + unresolved(b) + reach(told, (1 - confidence) / 2);
  pair.ratio = std::exp(told.mean);
  pair.interval = {std::exp(told.mean - width), std::exp(told.mean + width)};
  if (fewest < Policy{}.min_stored_launches) {
    pair.trouble =
        std::to_string(fewest) + " of at least " + std::to_string(Policy{}.min_stored_launches) + " launches";
  } else if (!(width > 0)) {
    pair.trouble = "every launch gave the same ratio, and the timer's tick is not known";
  } else if (std::abs(told.mean) > width) {
    pair.faster = told.mean > 0 ? -1 : 1;
  }
  return pair;
}

void crown(MatrixRow& row) {
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    if (!row.cells[i].comparable()) continue;
    if (!row.fastest || row.cells[i].summary.median_ns < row.cells[*row.fastest].summary.median_ns) row.fastest = i;
  }
  if (row.pairs.empty() || row.cells[*row.fastest].standing != Standing::Verified) return;
  const bool beats_all = std::all_of(row.pairs.begin(), row.pairs.end(), [&](const MatrixPair& pair) {
    if (pair.first == *row.fastest) return pair.faster == -1;
    return pair.second != *row.fastest || pair.faster == 1;
  });
  if (beats_all) row.winner = row.fastest;
}

// A row with what each of its cells was made from.
struct Draft {
  MatrixRow row;
  std::vector<const Measurement*> measured;
};

std::vector<Draft> drafts_of(std::span<const MatrixSource> sources, const Ceilings& ceilings) {
  std::vector<Entry> entries;
  std::vector<const CaseFacts*> facts;
  for (std::size_t source = 0; source < sources.size(); ++source) {
    for (const Measurement& measured : sources[source].run.measurements) {
      entries.push_back({source, &measured});
      facts.push_back(&measured.facts);
    }
  }
  MedianBootstraps bootstraps;
  std::vector<Draft> drafts;
  for (const CaseRow& row : rows_of(facts)) {
    Draft& draft = drafts.emplace_back();
    draft.row = {row.family, join(row.parameters), row.like->l2, row.like->bytes, row.like->flops, {}, {}, {}, {}};
    for (const std::size_t which : row.cases) {
      draft.row.cells.push_back(cell_of(entries[which], sources, row, ceilings, bootstraps));
      draft.measured.push_back(entries[which].measured);
    }
  }
  return drafts;
}

std::size_t pairs_of(const MatrixRow& row) {
  const auto comparable = static_cast<std::size_t>(
      std::count_if(row.cells.begin(), row.cells.end(), [](const MatrixCell& cell) { return cell.comparable(); }));
  return comparable == 0 ? 0 : comparable * (comparable - 1) / 2;
}

void compare_pairs(Draft& draft, const Matrix& matrix) {
  MatrixRow& row = draft.row;
  const double confidence = 1 - matrix.alpha / static_cast<double>(std::max<std::size_t>(1, matrix.comparisons));
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    for (std::size_t j = i + 1; j < row.cells.size(); ++j) {
      if (!row.cells[i].comparable() || !row.cells[j].comparable()) continue;
      MatrixPair& pair = row.pairs.emplace_back(compare(row, i, j, draft.measured, confidence));
      if (!matrix.degraded) continue;
      pair.trouble = *matrix.degraded;
      pair.faster = 0;
    }
  }
}

}  // namespace

std::string to_string(Standing standing) {
  switch (standing) {
    case Standing::Verified:
      return "verified";
    case Standing::Unverified:
      return "unverified";
    case Standing::Failed:
      return "failed";
    case Standing::Unavailable:
      return "unavailable";
  }
  throw Error("a standing without a word");
}

Matrix compare_all(std::span<const MatrixSource> sources) {
  if (sources.empty()) throw Error("a comparison of no runs was asked for");
  const Run& sitting = sources.front().run;
  Matrix matrix;
  matrix.ceilings = ceilings_of(sitting.environment, sitting.telemetry);
  matrix.degraded = degraded(sitting.telemetry, kind_of(sitting.environment));
  std::vector<Draft> drafts = drafts_of(sources, matrix.ceilings);
  // All pairs of the table share alpha (Bonferroni), so that their intervals hold at once.
  for (const Draft& draft : drafts) matrix.comparisons += pairs_of(draft.row);
  for (Draft& draft : drafts) {
    compare_pairs(draft, matrix);
    crown(draft.row);
    matrix.rows.push_back(std::move(draft.row));
  }
  return matrix;
}

std::vector<std::vector<std::string>> in_turn(std::span<const CaseFacts> cases, std::size_t launch) {
  std::vector<const CaseFacts*> facts;
  for (const CaseFacts& one : cases) facts.push_back(&one);
  std::vector<std::vector<std::string>> groups;
  for (const CaseRow& row : rows_of(facts)) {
    std::vector<std::string> ids;
    for (const std::size_t which : row.cases) ids.push_back(cases[which].id);
    groups.push_back(turned(std::move(ids), launch));
  }
  return groups;
}

std::optional<std::string> not_beside(const std::optional<Environment>& sitting,
                                      const std::optional<Environment>& other) {
  if (!sitting || !other) return "it does not say on which device it was measured";
  const auto differ = [](const std::string& what, const std::string& a, const std::string& b) {
    return std::optional(what + " is \"" + b + "\", here it is \"" + a + "\"");
  };
  const Device& a = sitting->device;
  const Device& b = other->device;
  if (a.kind != b.kind || a.name != b.name) return differ("its device", a.name, b.name);
  if (a.uuid != b.uuid && !a.uuid.empty() && !b.uuid.empty()) return differ("its device's uuid", a.uuid, b.uuid);
  if (sitting->driver != other->driver) return differ("its driver", sitting->driver, other->driver);
  if (sitting->clock_policy != other->clock_policy)
    return differ("its clock policy", sitting->clock_policy, other->clock_policy);
  return std::nullopt;
}

}  // namespace ratchet
