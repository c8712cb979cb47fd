#include "ratchet/ledger.h"

#include <algorithm>
#include <utility>

#include "ratchet/anchored.h"

namespace ratchet {
namespace {

// The commits between, newest first; those known at all when the baseline is not among them.
struct Between {
  std::span<const std::string> line;
  bool reaches_baseline = false;
};

Between between(const LedgerCandidate& candidate, std::span<const std::string> line) {
  const auto baseline = std::find(line.begin(), line.end(), candidate.baseline);
  const bool found = baseline != line.end();
  auto after = line.first(static_cast<std::size_t>(baseline - line.begin()));
  // A work tree with changes comes after its commit, which then lies between.
  if (!candidate.commit.dirty && !after.empty()) after = after.subspan(1);
  return {after, found};
}

// Of the baseline's own commit, or an earlier one of the candidate: neither lies between.
bool is_of_an_end(const AnchoredChange& measured, const LedgerCandidate& candidate) {
  if (measured.candidate.dirty) return false;
  const bool candidate_again = !candidate.commit.dirty && measured.candidate.sha == candidate.commit.sha;
  return candidate_again || measured.candidate.sha == candidate.baseline;
}

// Steps back from the candidate; of a work tree with changes its commit is one step back.
std::optional<std::size_t> age_of(const std::string& sha, const LedgerCandidate& candidate,
                                  std::span<const std::string> line) {
  const auto at = std::find(line.begin(), line.end(), sha);
  if (at == line.end()) return std::nullopt;
  return static_cast<std::size_t>(at - line.begin()) + (candidate.commit.dirty ? 1 : 0);
}

// From the oldest entry to the candidate, which is the last.
void tell_steps(const LedgerCandidate& candidate, std::span<const std::string> line,
                std::vector<LedgerEntry>& entries) {
  std::optional<std::size_t> age_before = age_of(candidate.baseline, candidate, line);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (i > 0) entries[i].step = (1 + entries[i].change) / (1 + entries[i - 1].change) - 1;
    const bool last = i + 1 == entries.size();
    const auto age = last ? std::size_t{0} : age_of(entries[i].commit, candidate, line);
    if (age && age_before) entries[i].commits = *age_before - *age;
    age_before = age;
  }
}

LedgerEntry entry_of(const AnchoredChange& measured) {
  return {measured.candidate.sha, false, measured.candidate.subject, measured.change, measured.change_ci,
          std::nullopt,           0};
}

}  // namespace

Ledger ledger_of(const LedgerCandidate& candidate, std::span<const AnchoredChange> measured,
                 std::span<const std::string> line) {
  std::vector<AnchoredChange> beside_it;
  for (const AnchoredChange& one : measured) {
    if (one.baseline == candidate.baseline && !is_of_an_end(one, candidate)) beside_it.push_back(one);
  }
  const Between known = between(candidate, line);
  CommitOrder order = in_commit_order(beside_it, known.line);
  Ledger ledger;
  ledger.baseline = candidate.baseline;
  if (known.reaches_baseline) ledger.commits_between = known.line.size();
  ledger.left_out_dirty = order.dirty;
  ledger.left_out_beside = order.beside;
  for (const AnchoredChange& one : order.changes) ledger.entries.push_back(entry_of(one));
  ledger.entries.push_back({candidate.commit.sha, candidate.commit.dirty, candidate.commit.subject, candidate.change,
                            candidate.change_ci, std::nullopt, 0});
  tell_steps(candidate, line, ledger.entries);
  return ledger;
}

}  // namespace ratchet
