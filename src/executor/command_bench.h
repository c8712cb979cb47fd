// Measures command suites: each launch is one process of the baseline's program and one of the candidate's, in turn.
// Everything else is passed on to the bench that measures modules, so that behind this seam a suite is another module:
// its artefact is the module's file, and it gives the same documents.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>

#include "src/executor/artefact.h"
#include "src/executor/bench.h"
#include "src/executor/scratch.h"

namespace ratchet::executor {

// A suite fails as a whole: with another exit status than 0, at its time-out, or when its adapter refuses what it prints,
// none of its numbers is used. describe() throws Error then; a launch has a failure for every case that was asked for.
// Rounds, warm-up and inputs are the program's own business. A handicap is arithmetic on what the candidate prints.
class CommandBench final : public Bench {
 public:
  explicit CommandBench(Bench& modules) : modules_(modules) {}

  [[nodiscard]] documents::ModuleDescription describe(const std::filesystem::path& module) override;
  [[nodiscard]] Run run(const RunRequest& request) override;
  [[nodiscard]] Duet duet(const DuetRequest& request) override;
  [[nodiscard]] documents::CallComparisons compare_calls(const IdentifyRequest& request) override {
    return modules_.compare_calls(request);
  }
  [[nodiscard]] DeviceCode device_code(const std::filesystem::path& module) override {
    return modules_.device_code(module);
  }
  [[nodiscard]] std::optional<Environment> environment(const std::string& device_kind) override {
    return modules_.environment(device_kind);
  }

 private:
  // Unpacked once a side, so that identical artefacts also run as two copies, like different ones.
  struct Place {
    repository::CommandSuite suite;
    std::filesystem::path folder;
  };
  [[nodiscard]] const Place& place_of(const std::filesystem::path& artefact, char side);
  [[nodiscard]] Environment environment_of(const repository::CommandSuite& suite);

  Bench& modules_;
  Scratch scratch_{"sides"};
  std::map<std::pair<std::filesystem::path, char>, Place> places_;
  std::map<std::string, std::optional<Environment>> environments_;  // by kind of device
};

// Whether the baseline goes first in this launch. Of launches 2i and 2i + 1 one has it first, which is drawn from i.
[[nodiscard]] bool baseline_first(std::uint64_t launch);

}  // namespace ratchet::executor
