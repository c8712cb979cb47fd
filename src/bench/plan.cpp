#include "src/bench/plan.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

#include "ratchet/error.h"

namespace ratchet::bench {

namespace {

// Groups end with a blank line.
std::vector<std::vector<std::string>> ids_from(const std::string& file) {
  std::ifstream lines(file);
  if (!lines) throw Error(file + ": cannot be read; --cases-from needs a file with one case id a line");
  std::vector<std::vector<std::string>> groups(1);
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty()) {
      groups.back().push_back(line);
    } else if (!groups.back().empty()) {
      groups.emplace_back();
    }
  }
  return groups;
}

}  // namespace

bool matches(std::string_view glob, std::string_view id) {
  if (glob.empty()) return id.empty();
  if (glob.front() != '*')
    return !id.empty() && (glob.front() == '?' || glob.front() == id.front()) && matches(glob.substr(1), id.substr(1));
  // The star that comes next takes over all that this one could, so the shortest match of each is enough.
  const std::string_view rest = glob.substr(1);
  for (std::size_t skip = 0; skip <= id.size(); ++skip)
    if (matches(rest, id.substr(skip))) return true;
  return false;
}

double handicap_percent(const Options& options, const std::string& id) {
  double percent = 0;
  for (const Handicap& handicap : options.handicaps)
    if (matches(handicap.glob, id)) percent = handicap.percent;
  return percent;
}

std::vector<std::string> selected_ids(const Options& options, const std::vector<std::string>& ids) {
  if (options.globs.empty() && options.case_file.empty()) return ids;
  std::set<std::string> wanted;
  for (const std::string& glob : options.globs) {
    const std::size_t before = wanted.size();
    for (const std::string& id : ids)
      if (matches(glob, id)) wanted.insert(id);
    const auto is_match = [&](const std::string& id) { return matches(glob, id); };
    if (wanted.size() == before && std::none_of(ids.begin(), ids.end(), is_match))
      throw Error("--case " + glob + " matches no case; --describe lists them");
  }
  std::vector<std::string> selected;
  if (!options.case_file.empty())
    for (const auto& group : ids_from(options.case_file)) {
      for (const std::string& id : group) {
        if (std::find(ids.begin(), ids.end(), id) == ids.end())
          throw Error(options.case_file + ": no module has the case " + id + "; --describe lists them");
        if (std::find(selected.begin(), selected.end(), id) == selected.end()) selected.push_back(id);
        wanted.erase(id);
      }
    }
  for (const std::string& id : ids)
    if (wanted.contains(id)) selected.push_back(id);
  if (selected.empty()) throw Error(options.case_file + ": lists no case, so nothing would be measured");
  return selected;
}

std::vector<DuetCase> plan(const Options& options, const std::vector<CaseFacts>& baseline,
                           const std::vector<CaseFacts>& candidate) {
  std::map<std::string, const CaseFacts*> in_baseline;
  std::map<std::string, const CaseFacts*> in_candidate;
  std::vector<std::string> ids;
  std::set<std::string> twins;
  for (const CaseFacts& facts : candidate) {
    if (in_candidate.emplace(facts.id, &facts).second) {
      ids.push_back(facts.id);
    } else {
      twins.insert(facts.id);
    }
  }
  for (const CaseFacts& facts : baseline) {
    in_baseline[facts.id] = &facts;
    if (!in_candidate.contains(facts.id)) ids.push_back(facts.id);
  }
  std::vector<DuetCase> cases;
  for (const std::string& id : selected_ids(options, ids)) {
    if (twins.contains(id)) throw Error("case " + id + " is in two modules; rename one");
    DuetCase& one = cases.emplace_back();
    const auto there = in_baseline.find(id);
    const auto here = in_candidate.find(id);
    one.facts = here != in_candidate.end() ? *here->second : *there->second;
    if (!options.duet) continue;
    if (there != in_baseline.end()) one.baseline_definition = there->second->definition;
    if (here == in_candidate.end())
      one.warnings.emplace_back(kOnlyInBaseline);
    else if (there == in_baseline.end())
      one.warnings.emplace_back(kOnlyInCandidate);
    else if (one.facts.definition != one.baseline_definition)
      one.warnings.emplace_back(kDefinitionChanged);
  }
  return cases;
}

std::vector<std::vector<std::size_t>> groups_of(const Options& options, const std::vector<DuetCase>& cases) {
  std::map<std::string, std::size_t> left;
  for (std::size_t i = 0; i < cases.size(); ++i) left[cases[i].facts.id] = i;
  std::vector<std::vector<std::size_t>> groups;
  if (options.together) {
    for (const auto& ids : ids_from(options.case_file)) {
      std::vector<std::size_t> group;
      for (const std::string& id : ids)
        if (const auto which = left.extract(id)) group.push_back(which.mapped());
      if (!group.empty()) groups.push_back(std::move(group));
    }
  }
  for (std::size_t i = 0; i < cases.size(); ++i)
    if (left.contains(cases[i].facts.id)) groups.push_back({i});
  return groups;
}

}  // namespace ratchet::bench
