#include "src/executor/bench.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <set>

#include "ratchet/error.h"
#include "src/executor/process.h"
#include "src/executor/scratch.h"

namespace ratchet::executor {
namespace {

// Describing loads the module and asks the device for its properties; measuring adds what a launch does besides its
// cases.
constexpr double kStartTimeout_s = 120;

// How long ratchet-bench may wait for a device that others measure on; it says who, and gives up by itself.
constexpr double kLockTimeout_s = 600;

// The case ids, one a line, a blank line between groups: hundreds of ids do not belong on a command line.
class CaseList {
 public:
  explicit CaseList(const std::vector<Group>& groups) : path_(scratch_.path() / "list") {
    std::ofstream file(path_);
    for (const Group& group : groups) {
      if (&group != &groups.front()) file << '\n';
      for (const std::string& id : group) file << id << '\n';
    }
    if (!file.flush()) throw Error("cannot write " + path_ + "; is the disk full?");
  }

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  Scratch scratch_{"cases"};
  std::string path_;
};

// The shortest digits that read back to the same double, with a '.' whatever the locale.
std::string digits(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

const std::string& id_of(const Measurement& one) { return one.facts.id; }
const std::string& id_of(const DuetCase& one) { return one.facts.id; }
const std::string& id_of(const documents::CallComparison& one) { return one.id; }

template <typename Case>
void require_all_cases(const std::vector<Case>& measured, const std::vector<std::string>& asked,
                       const std::string& program) {
  std::set<std::string> missing(asked.begin(), asked.end());
  for (const Case& one : measured) {
    if (missing.erase(id_of(one)) == 0) throw Error(program + " measured " + id_of(one) + ", which was not asked for");
  }
  if (!missing.empty())
    throw Error(program + " says nothing of the case " + *missing.begin() + ", which was asked for");
}

// ratchet-bench stops a slow case itself; this is for when it cannot. The three steps of a group each have the time of
// all its cases, and a group that fails is measured again, case by case.
double patience_s(const std::vector<Group>& groups, double case_timeout_s) {
  std::size_t times = 0;
  for (const Group& group : groups) times += group.size() > 1 ? 4 * group.size() : 1;
  return kStartTimeout_s + kLockTimeout_s + static_cast<double>(times) * case_timeout_s;
}

std::vector<std::string> ids_of(const std::vector<Group>& groups) {
  std::vector<std::string> ids;
  for (const Group& group : groups) ids.insert(ids.end(), group.begin(), group.end());
  return ids;
}

}  // namespace

std::string ProcessBench::print(std::vector<std::string> options, double timeout_s) const {
  if (!std::filesystem::exists(program_))
    throw Error(program_.string() + " does not exist; build or install ratchet-bench beside ratchet");
  Command command;
  command.argv = {program_.string()};
  command.argv.insert(command.argv.end(), options.begin(), options.end());
  command.timeout_s = timeout_s;
  command.stderr_to = Stderr::Forward;
  command.measured = true;
  Result result = executor::run(command);
  if (!result.ok()) throw Error(program_.string() + " " + options[0] + " " + options[1] + " " + ending(result));
  return std::move(result.stdout_text);
}

std::string ProcessBench::measure(std::vector<std::string> options, const std::vector<Group>& groups,
                                  const Launch& launch) const {
  if (ids_of(groups).empty()) throw Error("no case is selected, so nothing can be measured");
  const CaseList cases(groups);
  options.insert(options.end(), {"--cases-from", cases.path(), "--warmup", std::to_string(launch.warmup), "--rounds",
                                 std::to_string(launch.rounds), "--seed", std::to_string(launch.seed), "--launch",
                                 std::to_string(launch.number), "--timeout-s", digits(launch.case_timeout_s),
                                 "--lock-timeout-s", digits(kLockTimeout_s)});
  if (launch.inputs > 0) options.insert(options.end(), {"--inputs", std::to_string(launch.inputs)});
  for (const auto& [pattern, percent] : launch.handicaps) {
    options.emplace_back("--handicap");
    options.push_back(pattern + "=" + digits(percent));
  }
  if (launch.lock_clocks_mhz > 0) options.insert(options.end(), {"--lock-clocks", std::to_string(launch.lock_clocks_mhz)});
  const bool together = std::any_of(groups.begin(), groups.end(), [](const Group& group) { return group.size() > 1; });
  if (together) options.emplace_back("--together");
  return print(std::move(options), patience_s(groups, launch.case_timeout_s));
}

documents::ModuleDescription ProcessBench::describe(const std::filesystem::path& module) {
  const std::string text = print({"--describe", module.string()}, kStartTimeout_s);
  return documents::read_module(text, "the output of " + program_.string());
}

Run ProcessBench::run(const RunRequest& request) {
  std::vector<std::string> options;
  for (const std::filesystem::path& module : request.modules)
    options.insert(options.end(), {"--module", module.string()});
  const std::string text = measure(std::move(options), request.groups, request.launch);
  Run run = documents::read_run(text, "the output of " + program_.string());
  require_all_cases(run.measurements, ids_of(request.groups), program_.string());
  return run;
}

Duet ProcessBench::duet(const DuetRequest& request) {
  const std::string text = measure({"--baseline", request.baseline.string(), "--candidate", request.candidate.string()},
                                   each_alone(request.cases), request.launch);
  Duet duet = documents::read_duet(text, "the output of " + program_.string());
  require_all_cases(duet.cases, request.cases, program_.string());
  return duet;
}

documents::CallComparisons ProcessBench::compare_calls(const IdentifyRequest& request) {
  if (request.cases.empty()) throw Error("no case is selected, so nothing can be compared");
  const CaseList cases(each_alone(request.cases));
  const std::string text = print(
      {"--baseline", request.baseline.string(), "--candidate", request.candidate.string(), "--identify", "--cases-from",
       cases.path(), "--timeout-s", digits(request.case_timeout_s), "--lock-timeout-s", digits(kLockTimeout_s)},
      patience_s(each_alone(request.cases), request.case_timeout_s));
  documents::CallComparisons calls = documents::read_call_comparisons(text, "the output of " + program_.string());
  require_all_cases(calls.cases, request.cases, program_.string());
  return calls;
}

std::vector<Group> each_alone(const std::vector<std::string>& cases) {
  std::vector<Group> groups;
  for (const std::string& id : cases) groups.push_back({id});
  return groups;
}

std::optional<Environment> ProcessBench::environment(const std::string& device_kind) {
  const auto module = built_in_modules(program_.parent_path()) / ("ratchet_" + device_kind + ".so");
  if (!std::filesystem::exists(module)) return std::nullopt;
  return describe(module).environment;
}

// Below the prefix where ratchet is installed; in a build folder, beside bin/.
std::filesystem::path built_in_modules(const std::filesystem::path& programs) {
  const std::filesystem::path installed = programs / RATCHET_MODULES_FROM_PROGRAMS;
  return std::filesystem::is_directory(installed) ? installed : programs.parent_path() / "modules";
}

std::filesystem::path bench_beside_this_program() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / "ratchet-bench";
}

}  // namespace ratchet::executor
