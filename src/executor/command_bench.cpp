#include "src/executor/command_bench.h"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <random>

#include "ratchet/duet.h"
#include "ratchet/error.h"
#include "ratchet/glob.h"
#include "src/executor/handle.h"
#include "src/executor/interrupt.h"
#include "src/executor/lock_file.h"
#include "src/executor/process.h"
#include "src/importers/adapter.h"

namespace ratchet::executor {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kOutputBytes = std::size_t{64} << 20;
constexpr std::chrono::seconds kPatience{600};  // for others who measure on the device
constexpr std::chrono::milliseconds kRetry{100};

// The lock that ratchet-bench takes as well, for one launch.
Handle lock_device(const Environment& environment) {
  const Device& device = environment.device;
  const fs::path file = lock_file(device.kind == "cpu" ? "cpu" : device.uuid);
  Handle lock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666));
  if (!lock.open()) lock = Handle(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));  // another user's
  if (!lock.open()) throw Error(file.string() + ": cannot open the lock: " + std::strerror(errno));
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) throw Error(file.string() + ": cannot lock: " + std::strerror(errno));
    if (interrupt_signal() != 0) throw Interrupted(interrupt_signal());
    if (std::chrono::steady_clock::now() >= until)
      throw Error("the device stayed busy for 600 s: another process holds " + file.string());
    ::usleep(static_cast<useconds_t>(std::chrono::microseconds(kRetry).count()));
  }
  return lock;
}

// What one process came to: measurements, or the failure of all of them.
struct Printed {
  std::vector<Measurement> measurements;
  std::optional<Failure> failure;
};

Measurement named(Measurement measured, const repository::CommandSuite& suite) {
  std::vector<double> samples;
  for (const auto& launch : measured.launches) samples.insert(samples.end(), launch.begin(), launch.end());
  Measurement one;
  one.facts.id = suite.name + "/" + measured.facts.id;
  one.facts.bytes = measured.facts.bytes;
  one.facts.flops = measured.facts.flops;
  one.facts.definition = definition_of(suite);
  one.facts.timed_by = kByProcess;
  one.warnings = std::move(measured.warnings);
  one.failures = std::move(measured.failures);
  if (samples.empty() && one.failures.empty()) one.failures.push_back({"module_error", "", "it printed no time"});
  if (one.failures.empty()) one.launches.push_back(std::move(samples));
  return one;
}

std::string output_of(const repository::CommandSuite& suite, const fs::path& folder, Result& result) {
  if (suite.output.empty()) return std::move(result.stdout_text);
  if (!fs::is_regular_file(folder / suite.output)) throw Error("its program did not write " + suite.output);
  return documents::read_file(folder / suite.output, kOutputBytes);
}

Printed start(const repository::CommandSuite& suite, const fs::path& folder) {
  Command command{suite.run, folder};
  command.measured = true;
  command.timeout_s = suite.timeout_s;
  command.stdout_limit_bytes = kOutputBytes;
  if (!suite.output.empty()) fs::remove(folder / suite.output);  // of the launch before
  try {
    Result result = executor::run(command);
    if (!result.ok()) return {{}, Failure{result.timed_out ? "timed_out" : "crashed", "", "its program " + ending(result)}};
    const std::string text = output_of(suite, folder, result);
    importers::Reading reading =
        importers::read(importers::adapter_named(suite.adapter), {text, "its output", "time"});
    if (reading.runs.size() != 1) throw Error("its output is of " + std::to_string(reading.runs.size()) + " devices; select one");
    Printed printed;
    for (Measurement& measured : reading.runs[0].measurements) printed.measurements.push_back(named(std::move(measured), suite));
    return printed;
  } catch (const Interrupted&) {
    throw;
  } catch (const std::exception& fault) {  // an Error, or of the file system
    return {{}, Failure{"module_error", "", fault.what()}};
  }
}

// What a process said of one case that was asked for.
Measurement said_of(const std::string& id, const Printed& printed, const repository::CommandSuite& suite) {
  const auto at = std::find_if(printed.measurements.begin(), printed.measurements.end(),
                               [&](const Measurement& one) { return one.facts.id == id; });
  if (at != printed.measurements.end()) return *at;
  Measurement silent;
  silent.facts.id = id;
  silent.facts.definition = definition_of(suite);
  silent.facts.timed_by = kByProcess;
  silent.failures.push_back(printed.failure ? *printed.failure
                                            : Failure{"module_error", "", "its program printed nothing for it"});
  return silent;
}

void take_side(const Measurement& said, const char* side, DuetCase& measured) {
  for (Failure failure : said.failures) {
    failure.side = side;
    measured.failures.push_back(std::move(failure));
  }
  for (const std::string& warning : said.warnings)
    if (std::find(measured.warnings.begin(), measured.warnings.end(), warning) == measured.warnings.end())
      measured.warnings.push_back(warning);
}

DuetCase pair_up(const Measurement& baseline, const Measurement& candidate, const Launch& launch) {
  DuetCase measured;
  measured.facts = candidate.facts;
  measured.baseline_definition = baseline.facts.definition;
  take_side(baseline, "baseline", measured);
  take_side(candidate, "candidate", measured);
  if (!measured.failures.empty()) return measured;
  for (const auto& [glob, percent] : launch.handicaps) {
    if (!glob_matches(glob, measured.facts.id)) continue;
    measured.facts.handicap_percent = percent;
    break;
  }
  DuetLaunch& pair = measured.launches.emplace_back();
  pair.baseline_ns = baseline.launches.front();
  pair.candidate_ns = candidate.launches.front();
  for (double& time_ns : pair.candidate_ns) time_ns *= 1 + measured.facts.handicap_percent / 100;
  return measured;
}

Duet definition_changed(const repository::CommandSuite& baseline, const repository::CommandSuite& candidate,
                        const std::vector<std::string>& cases) {
  Duet duet;
  for (const std::string& id : cases) {
    DuetCase& one = duet.cases.emplace_back();
    one.facts.id = id;
    one.facts.timed_by = kByProcess;
    one.facts.definition = definition_of(candidate);
    one.baseline_definition = definition_of(baseline);
    one.warnings.emplace_back(kDefinitionChanged);
  }
  return duet;
}

}  // namespace

bool baseline_first(std::uint64_t launch) {
  const bool drawn = (std::mt19937_64(launch / 2)() & 1) != 0;
  return drawn == (launch % 2 == 0);
}

const CommandBench::Place& CommandBench::place_of(const fs::path& artefact, char side) {
  const auto key = std::pair(artefact, side);
  const auto known = places_.find(key);
  if (known != places_.end()) return known->second;
  // Names of one length: what a program is called moves its stack, and with it its speed (Mytkowicz et al., ASPLOS 2009).
  std::string name = std::to_string(places_.size());
  name.insert(0, 6 - std::min<std::size_t>(6, name.size()), '0');
  const fs::path folder = scratch_.path() / name;
  repository::CommandSuite suite = unpack(artefact, folder);
  return places_.emplace(key, Place{std::move(suite), folder}).first->second;
}

Environment CommandBench::environment_of(const repository::CommandSuite& suite) {
  const auto [known, fresh] = environments_.try_emplace(suite.device);
  if (fresh) known->second = modules_.environment(suite.device);
  if (!known->second)
    throw Error("command suite " + suite.name + ": no " + suite.device + " device is usable here; see `ratchet doctor`");
  return *known->second;
}

documents::ModuleDescription CommandBench::describe(const fs::path& module) {
  if (!is_artefact(module)) return modules_.describe(module);
  const Place& place = place_of(module, 'c');
  documents::ModuleDescription description;
  description.name = place.suite.name;
  description.device = place.suite.device;
  description.environment = environment_of(place.suite);
  const Handle lock = lock_device(*description.environment);
  const Printed printed = start(place.suite, place.folder);
  if (printed.failure) throw Error("command suite " + place.suite.name + ": " + printed.failure->message);
  for (const Measurement& one : printed.measurements) description.cases.push_back(one.facts);
  return description;
}

Run CommandBench::run(const RunRequest& request) {
  if (std::none_of(request.modules.begin(), request.modules.end(), is_artefact)) return modules_.run(request);
  if (request.modules.size() > 1) throw Error("a program of its own cannot take turns with others in one process");
  const Place& place = place_of(request.modules.front(), 'c');
  Run run;
  run.environment = environment_of(place.suite);
  const Handle lock = lock_device(*run.environment);
  const Printed printed = start(place.suite, place.folder);
  for (const Group& group : request.groups)
    for (const std::string& id : group) run.measurements.push_back(said_of(id, printed, place.suite));
  return run;
}

Duet CommandBench::duet(const DuetRequest& request) {
  if (!is_artefact(request.candidate)) return modules_.duet(request);
  const Place& baseline = place_of(request.baseline, 'b');
  const Place& candidate = place_of(request.candidate, 'c');
  const Environment environment = environment_of(candidate.suite);
  Duet duet;
  if (definition_of(baseline.suite) != definition_of(candidate.suite)) {
    duet = definition_changed(baseline.suite, candidate.suite, request.cases);
  } else {
    const Handle lock = lock_device(environment);
    Printed of_baseline;
    Printed of_candidate;
    const bool first = baseline_first(request.launch.number);
    if (first) of_baseline = start(baseline.suite, baseline.folder);
    of_candidate = start(candidate.suite, candidate.folder);
    if (!first) of_baseline = start(baseline.suite, baseline.folder);
    for (const std::string& id : request.cases)
      duet.cases.push_back(pair_up(said_of(id, of_baseline, baseline.suite), said_of(id, of_candidate, candidate.suite), request.launch));
  }
  duet.environment = environment;
  return duet;
}

}  // namespace ratchet::executor
