#include "src/importers/joined.h"

#include <algorithm>

#include "ratchet/error.h"

namespace ratchet::importers {
namespace {

// "" when the file does not say it.
std::string said_by(const Run& run) { return run.environment ? run.environment->device.name : ""; }

std::string device_of(const Run& run) { return run.environment ? said_by(run) : "an unknown device"; }

void add_case(Run& run, const Measurement& more, const std::string& file) {
  const auto at = std::find_if(run.measurements.begin(), run.measurements.end(),
                               [&](const Measurement& m) { return m.facts.id == more.facts.id; });
  if (at == run.measurements.end()) {
    run.measurements.push_back(more);
    return;
  }
  if (at->facts.bytes != more.facts.bytes)
    throw Error(file + ": " + more.facts.id + " moves other bytes than in the files before: it is another benchmark");
  at->launches.insert(at->launches.end(), more.launches.begin(), more.launches.end());
  at->failures.insert(at->failures.end(), more.failures.begin(), more.failures.end());
  for (const std::string& warning : more.warnings) {
    if (std::find(at->warnings.begin(), at->warnings.end(), warning) == at->warnings.end())
      at->warnings.push_back(warning);
  }
}

void add_run(Run& run, const Run& more, const std::string& file) {
  if (device_of(run) != device_of(more))
    throw Error(file + ": measured on " + device_of(more) + ", the files before on " + device_of(run) +
                "; import them one by one");
  if (run.commit.sha != more.commit.sha)
    throw Error(file + ": of another commit than the files before; import it alone");
  run.commit.dirty = run.commit.dirty || more.commit.dirty;
  for (const Measurement& measured : more.measurements) add_case(run, measured, file);
}

}  // namespace

std::vector<Run> joined(const std::vector<Reading>& readings, const std::vector<std::string>& files) {
  std::vector<Run> whole;
  std::vector<Run> parts;
  for (std::size_t i = 0; i < readings.size(); ++i) {
    const std::vector<Run>& runs = readings[i].runs;
    if (!runs.front().uuid.empty()) {
      whole.insert(whole.end(), runs.begin(), runs.end());
    } else if (parts.empty()) {
      parts = runs;
    } else if (parts.size() != runs.size()) {
      throw Error(files[i] + ": measured on another number of devices than the files before; import it alone");
    } else {
      for (std::size_t k = 0; k < runs.size(); ++k) add_run(parts[k], runs[k], files[i]);
    }
  }
  whole.insert(whole.end(), parts.begin(), parts.end());
  return whole;
}

void place(std::vector<Run>& runs, const Adapter& adapter, const std::string& device, const std::string& file) {
  const bool all_say = std::none_of(runs.begin(), runs.end(), [](const Run& run) { return said_by(run).empty(); });
  for (Run& run : runs) {
    const std::string said = said_by(run);
    if (all_say && !device.empty() && said != device)
      throw Error(file + ": it says that it was measured on \"" + said + "\", not on \"" + device + "\"");
    if (!all_say && !said.empty() && said == device)
      throw Error(file + ": \"" + device + "\" is the device of some of its cases; name that of the others with --device");
    if (!run.uuid.empty() && !said.empty()) continue;
    if (said.empty() && device.empty())
      throw Error(file + ": it does not say on which device " + (runs.size() > 1 ? "some of it" : "it") +
                  " was measured; name it with --device");
    if (!run.environment) run.environment.emplace();
    if (said.empty()) {
      run.environment->device.kind = "cpu";
      run.environment->device.name = device;
    }
    run.environment->clock_policy = std::string("imported:") + adapter.name;
  }
}

std::string uuid_of(const std::string& sha256, std::size_t index) {
  std::string digits = sha256.substr(0, 32);
  digits[12] = '8';  // RFC 9562: version 8, made by a rule of our own; variant 10
  digits[16] = 'a';
  for (std::size_t place = digits.size(); index > 0; index /= 16) digits[--place] = "0123456789abcdef"[index % 16];
  for (const std::size_t dash : {20U, 16U, 12U, 8U}) digits.insert(dash, 1, '-');
  return digits;
}

}  // namespace ratchet::importers
