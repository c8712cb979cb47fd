// A measuring host without a clock: "modules" are text files, one case a line, and times are drawn from a fixed
// generator. So the commands can be tested with every verdict in milliseconds, and a changed file is changed code.
//
//   copy/x/n=1 1000            takes 1000 ns a call
//   copy/x/n=2,tile=8 1000    is a variant of what computes the same
//   copy/x/n=2 1000 wrong      answers wrongly
//   copy/x/n=2 1000 lacking    needs something that the machine lacks
//   copy/x/n=3 1000 regrid     launches another grid than without the word
//   copy/x/n=4 1000 variables  its machine code has device variables
//   device cuda                the module is for a GPU, which is usable
//   device cuda absent         ... which is not usable
//   throttled                  the device is too hot
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "src/executor/bench.h"

class FakeBench final : public ratchet::executor::Bench {
 public:
  double noise = 0.003;  // of one round, as a ratio
  int launches = 0;      // how many were asked for
  int dies_at = 0;       // the launch that fails, from 1; 0: none
  int signal = 0;        // that interrupts it then
  std::vector<ratchet::executor::Group> groups;  // of the last run
  std::string driver;    // of runs
  std::vector<std::string> unconfined;  // of descriptions
  std::string device;    // uuid of the one that runs
  std::set<std::uint64_t> inputs;  // draws that runs were asked for
  int comparisons = 0;   // of what modules launch
  std::string no_tool;   // why machine code cannot be read; empty when it can
  std::string no_host;   // why calls cannot be compared; empty when they can

  ratchet::documents::ModuleDescription describe(const std::filesystem::path& module) override;
  ratchet::Run run(const ratchet::executor::RunRequest& request) override;
  ratchet::Duet duet(const ratchet::executor::DuetRequest& request) override;
  // A case is one kernel of its own name, and its time is its machine code.
  ratchet::documents::CallComparisons compare_calls(const ratchet::executor::IdentifyRequest& request) override;
  ratchet::executor::DeviceCode device_code(const std::filesystem::path& module) override;
  // A CPU, and no GPU.
  std::optional<ratchet::Environment> environment(const std::string& device_kind) override;
};
