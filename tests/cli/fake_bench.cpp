#include "fake_bench.h"

#include <algorithm>
#include <fstream>
#include <functional>
#include <map>
#include <random>
#include <sstream>

#include "ratchet/duet.h"
#include "ratchet/error.h"
#include "ratchet/glob.h"
#include "src/executor/interrupt.h"

using namespace ratchet;

namespace {

struct FakeCase {
  double time_ns = 0;
  std::string flaw;
  int line = 0;  // of its source, which is the module's text
};

struct FakeModule {
  std::string device = "cpu";
  bool present = true;
  bool throttled = false;
  std::map<std::string, FakeCase> cases;
};

FakeModule load(const std::filesystem::path& file) {
  std::ifstream stream(file);
  if (!stream) throw Error("cannot load " + file.string());
  FakeModule module;
  int number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    std::istringstream words(line);
    std::string first;
    words >> first;
    if (first == "device") {
      std::string absent;
      words >> module.device >> absent;
      module.present = absent.empty();
    } else if (first == "throttled") {
      module.throttled = true;
    } else if (!first.empty() && first[0] != '#') {
      FakeCase& one = module.cases[first];
      one.line = number;
      words >> one.time_ns >> one.flaw;
    }
  }
  return module;
}

Environment environment_of(const FakeModule& module, const std::string& driver = "") {
  Environment environment;
  environment.device.kind = module.device;
  environment.device.name = module.device == "cuda" ? "Fake GPU" : "Fake CPU";
  environment.device.compute_capability = module.device == "cuda" ? "9.0" : "";
  environment.driver = driver;
  environment.clock_policy = "default";
  return environment;
}

CaseFacts facts_of(const std::string& id) {
  CaseFacts facts;
  facts.id = id;
  facts.bytes = 1000;
  // Cases that differ behind a tile are variants of one function.
  const std::size_t tile = id.find(",tile=");
  facts.definition = tile == std::string::npos ? "d" : id.substr(0, tile);
  return facts;
}

std::vector<double> draw(double time_ns, double noise, int count, std::uint64_t seed) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> normal;
  std::vector<double> times;
  for (int i = 0; i < count; ++i) times.push_back(time_ns * (1 + noise * normal(generator)));
  return times;
}

std::vector<Telemetry> telemetry_of(const FakeModule& module, std::uint64_t number) {
  Telemetry telemetry;
  telemetry.launch = number;
  if (module.throttled) telemetry.throttled_thermal_ns = 5e6;
  telemetry.temperature_c = 91;
  return {telemetry};
}

double planted(const std::string& id, const executor::Launch& launch) {
  for (const auto& [glob, percent] : launch.handicaps) {
    if (glob_matches(glob, id)) return percent;
  }
  return 0;
}

}  // namespace

documents::ModuleDescription FakeBench::describe(const std::filesystem::path& file) {
  const FakeModule module = load(file);
  documents::ModuleDescription description;
  description.name = file.filename().string();
  description.device = module.device;
  if (module.present) description.environment = environment_of(module, driver);
  description.unconfined = unconfined;
  for (const auto& [id, one] : module.cases) {
    description.cases.push_back(facts_of(id));
    description.cases.back().source = "kernels.txt:" + std::to_string(one.line);
  }
  return description;
}

Run FakeBench::run(const executor::RunRequest& request) {
  if (++launches == dies_at) {
    if (signal != 0) throw executor::Interrupted(signal);
    throw Error("the measuring host died");
  }
  inputs.insert(request.launch.inputs);
  groups = request.groups;
  FakeModule module = load(request.modules.front());
  for (const std::filesystem::path& file : request.modules) module.cases.merge(load(file).cases);
  std::vector<std::string> ids;
  for (const executor::Group& group : groups) ids.insert(ids.end(), group.begin(), group.end());
  Run run;
  run.environment = environment_of(module, driver);
  run.environment->device.uuid = device;
  run.telemetry = telemetry_of(module, request.launch.number);
  for (const std::string& id : ids) {
    const FakeCase& one = module.cases.at(id);
    Measurement measured;
    measured.facts = facts_of(id);
    measured.check = Check{one.flaw != "wrong", 0, 0};
    if (one.flaw == "wrong") {
      measured.failures.push_back({"wrong_answer", "", "its answer is wrong"});
    } else if (one.flaw == "lacking") {
      measured.check.reset();
      measured.failures.push_back({kUnavailable, "", "no library"});
    } else {
      // Cases share most of the noise of a launch; variants do not, or the smallest difference would be proven at once.
      const std::uint64_t own = request.launch.number + 1000 * std::hash<std::string>{}(id);
      const bool is_variant = id.find(",tile=") != std::string::npos;
      std::vector<double> times = draw(one.time_ns, noise, request.launch.rounds, is_variant ? own : request.launch.number);
      if (!is_variant) {
        const std::vector<double> by_itself = draw(1, noise / 30, request.launch.rounds, own);
        std::transform(times.begin(), times.end(), by_itself.begin(), times.begin(), std::multiplies<>());
      }
      measured.launches.push_back(std::move(times));
    }
    run.measurements.push_back(std::move(measured));
  }
  return run;
}

Duet FakeBench::duet(const executor::DuetRequest& request) {
  ++launches;
  const FakeModule baseline = load(request.baseline);
  const FakeModule candidate = load(request.candidate);
  Duet duet;
  duet.environment = environment_of(candidate);
  duet.telemetry = telemetry_of(candidate, request.launch.number);
  for (const std::string& id : request.cases) {
    DuetCase measured;
    measured.facts = facts_of(id);
    measured.facts.handicap_percent = planted(id, request.launch);
    measured.baseline_definition = "d";
    if (!candidate.cases.contains(id)) {
      measured.warnings.push_back(kOnlyInBaseline);
    } else if (candidate.cases.at(id).flaw == "wrong") {
      measured.failures.push_back({"wrong_answer", "candidate", "its answer is wrong"});
    } else if (candidate.cases.at(id).flaw == "lacking") {
      measured.failures.push_back({kUnavailable, "candidate", "no library"});
    } else {
      const double slow = 1 + measured.facts.handicap_percent / 100;
      measured.launches.push_back(
          {draw(baseline.cases.at(id).time_ns, noise, request.launch.rounds, 2 * request.launch.seed),
           draw(candidate.cases.at(id).time_ns * slow, noise, request.launch.rounds, 2 * request.launch.seed + 1)});
      measured.baseline_check = Check{true, 0, 0};
      measured.candidate_check = Check{true, 0, 0};
    }
    duet.cases.push_back(std::move(measured));
  }
  return duet;
}

documents::CallComparisons FakeBench::compare_calls(const executor::IdentifyRequest& request) {
  ++comparisons;
  if (!no_host.empty()) throw Error(no_host);
  const FakeModule baseline = load(request.baseline);
  const FakeModule candidate = load(request.candidate);
  documents::CallComparisons calls;
  for (const std::string& id : request.cases) {
    const bool same = baseline.cases.contains(id) && candidate.cases.contains(id) &&
                      (baseline.cases.at(id).flaw == "regrid") == (candidate.cases.at(id).flaw == "regrid");
    calls.cases.push_back(
        {id, same, same ? std::vector{id} : std::vector<std::string>{}, same ? "" : "the grid differs"});
  }
  return calls;
}

std::optional<Environment> FakeBench::environment(const std::string& device_kind) {
  if (device_kind != "cpu") return std::nullopt;
  return environment_of(FakeModule{}, driver);
}

executor::DeviceCode FakeBench::device_code(const std::filesystem::path& file) {
  if (!no_tool.empty()) throw Error(no_tool);
  executor::DeviceCode code;
  for (const auto& [id, one] : load(file).cases)
    code.push_back({"sm_90", id + std::to_string(one.time_ns), {id}, one.flaw == "variables"});
  return code;
}
