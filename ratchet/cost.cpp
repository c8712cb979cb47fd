#include "ratchet/cost.h"

#include <algorithm>

#include "ratchet/error.h"
#include "ratchet/summary.h"

namespace ratchet {
namespace {

constexpr double kNsPerHour = 3600e9;

Estimate times(const Estimate& estimate, double factor) {
  return {estimate.value * factor, {estimate.interval.low * factor, estimate.interval.high * factor}};
}

// time: seconds of the device saved or spent by a call, in ns.
Cost priced(const Estimate& time_ns, const Demand& demand) {
  Cost cost;
  cost.device_hours_per_day = times(time_ns, demand.requests_per_day / kNsPerHour);
  cost.per_day = times(cost.device_hours_per_day, demand.price_per_hour);
  cost.per_year = times(cost.per_day, kDaysPerYear);
  cost.per_month = times(cost.per_year, 1 / kMonthsPerYear);
  return cost;
}

CostLine line_of(const Measurement& measured, const Demand& demand, MedianBootstraps& bootstraps) {
  CostLine line;
  line.name = measured.facts.id;
  if (!measured.failures.empty()) {
    line.why = measured.failures.front().message;
  } else if (measured.check && !measured.check->verified) {
    line.why = "its answer did not agree with its reference";
  } else if (measured.launches.empty()) {
    line.why = "was not measured";
  } else {
    line.measured = summarize(measured.launches, measured.facts.bytes, "", bootstraps);
    line.cost = cost_of(*line.measured, demand);
  }
  return line;
}

const Measurement* find(const Run& run, const std::string& id) {
  const auto at = std::find_if(run.measurements.begin(), run.measurements.end(),
                               [&](const Measurement& one) { return one.facts.id == id; });
  return at == run.measurements.end() ? nullptr : &*at;
}

// Why two measurements of one id are not known to be of one function; "" where they are.
std::string other_function(const Measurement& baseline, const Measurement& candidate) {
  const std::string& a = baseline.facts.definition;
  const std::string& b = candidate.facts.definition;
  if (a.empty() || b.empty()) return "no saving is claimed: nobody can tell whether it is the same function";
  return a == b ? "" : "no saving is claimed: the definition changed, it is not the same function";
}

void claim(CostLine& line, const CaseVerdict& verdict, const Demand& demand) {
  const bool proven = verdict.verdict == Verdict::Improved || verdict.verdict == Verdict::Regressed;
  if (proven && verdict.change && verdict.change_ci && verdict.baseline) {
    line.saving = saving_of(*verdict.baseline, *verdict.change, *verdict.change_ci, demand);
    return;
  }
  line.why = "no saving is claimed: " + to_string(verdict.verdict);
  if (!verdict.reasons.empty()) line.why += ", " + verdict.reasons.front();
}

const MatrixPair* pair_of(const MatrixRow& row, std::size_t a, std::size_t b) {
  const auto pair = std::find_if(row.pairs.begin(), row.pairs.end(), [&](const MatrixPair& one) {
    return (one.first == a && one.second == b) || (one.first == b && one.second == a);
  });
  return pair == row.pairs.end() ? nullptr : &*pair;
}

void claim(CostLine& line, const MatrixRow& row, std::size_t cell, std::size_t baseline, const Demand& demand) {
  const MatrixPair* pair = pair_of(row, cell, baseline);
  if (pair == nullptr) {
    line.why = "no saving is claimed: they are not compared";
  } else if (row.cells[cell].standing != Standing::Verified || row.cells[baseline].standing != Standing::Verified) {
    line.why = "no saving is claimed: an answer is not verified";
  } else if (pair->faster == 0) {
    line.why = "no saving is claimed: no difference is proven" + (pair->trouble.empty() ? "" : ", " + pair->trouble);
  } else {
    const bool turned = pair->first == cell;
    const double ratio = turned ? 1 / pair->ratio : pair->ratio;
    const Interval interval = turned ? Interval{1 / pair->interval.high, 1 / pair->interval.low} : pair->interval;
    line.saving = saving_of(row.cells[baseline].summary, ratio - 1, {interval.low - 1, interval.high - 1}, demand);
  }
}

std::optional<std::size_t> find(const MatrixRow& row, const std::string& implementation) {
  for (std::size_t i = 0; i < row.cells.size(); ++i)
    if (row.cells[i].implementation == implementation) return i;
  return std::nullopt;
}

}  // namespace

Cost cost_of(const SideSummary& measured, const Demand& demand) {
  return priced({measured.median_ns, measured.ci_ns}, demand);
}

Cost saving_of(const SideSummary& baseline, double change, const Interval& change_interval, const Demand& demand) {
  const Interval& of = baseline.ci_ns;
  const auto [low, high] = std::minmax({of.low * -change_interval.low, of.low * -change_interval.high,
                                        of.high * -change_interval.low, of.high * -change_interval.high});
  return priced({baseline.median_ns * -change, {low, high}}, demand);
}

std::vector<CostLine> costs_of(const Run& run, const Demand& demand) {
  MedianBootstraps bootstraps;
  std::vector<CostLine> lines;
  for (const Measurement& measured : run.measurements) lines.push_back(line_of(measured, demand, bootstraps));
  return lines;
}

std::vector<CostLine> costs_beside(const Run& baseline, const Run& candidate, std::span<const CaseVerdict> verdicts,
                                   const std::optional<std::string>& unfit, const Demand& demand) {
  std::vector<CostLine> lines = costs_of(candidate, demand);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    CostLine& line = lines[i];
    if (!line.cost) continue;
    const Measurement* before = find(baseline, line.name);
    const auto verdict =
        std::find_if(verdicts.begin(), verdicts.end(), [&](const CaseVerdict& one) { return one.id == line.name; });
    if (before == nullptr || verdict == verdicts.end()) {
      line.why = "no saving is claimed: the baseline does not have the case";
    } else if (line.why = other_function(*before, candidate.measurements[i]); !line.why.empty()) {
      continue;
    } else if (unfit) {
      line.why = "no saving is claimed: " + *unfit;
    } else {
      claim(line, *verdict, demand);
    }
  }
  return lines;
}

std::vector<CostLine> costs_of(const Matrix& matrix, const std::string& against, const Demand& demand) {
  std::vector<CostLine> lines;
  bool found = against.empty();
  for (const MatrixRow& row : matrix.rows) {
    const auto baseline = find(row, against);
    found = found || baseline.has_value();
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      const MatrixCell& cell = row.cells[i];
      CostLine& line = lines.emplace_back();
      line.name = cell.implementation;
      line.function = row.family + " " + row.shape + (row.l2.empty() ? "" : ", " + row.l2 + " L2");
      line.why = cell.why;
      if (!cell.has_times()) continue;
      line.measured = cell.summary;
      line.cost = cost_of(cell.summary, demand);
      if (against.empty() || baseline == i) continue;
      if (baseline) {
        claim(line, row, i, *baseline, demand);
      } else {
        line.why = "no saving is claimed: " + against + " does not compute this function";
      }
    }
  }
  if (!found) throw Error("no row has the implementation \"" + against + "\" to hold others against");
  return lines;
}

}  // namespace ratchet
