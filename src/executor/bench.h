// Starts ratchet-bench, the measuring host, and reads the document it prints: one process a launch, so that a crashing
// kernel kills only its child. A document is used only if the child ended well and it speaks of every case asked for.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ratchet/run.h"
#include "src/documents/documents.h"
#include "src/executor/device_code.h"

namespace ratchet::executor {

// How one launch measures.
struct Launch {
  int warmup = 20;
  int rounds = 101;
  std::uint64_t seed = 0;    // of the order within rounds
  std::uint64_t number = 0;  // counts the launches of one measurement
  double case_timeout_s = 60;
  std::vector<std::pair<std::string, double>> handicaps = {};  // glob of case ids -> percent: planted slowdowns
  unsigned lock_clocks_mhz = 0;                                // 0: the clock is left alone
  std::uint64_t inputs = 0;                                    // which draw of them; 0: as the cases name them
};

// Exact ids of cases whose rounds take turns; one is measured alone.
using Group = std::vector<std::string>;

// Everywhere: no cases are an Error, never "all".
struct RunRequest {
  std::vector<std::filesystem::path> modules;  // of one device; no id is in two
  std::vector<Group> groups;
  Launch launch;
};

struct DuetRequest {
  std::filesystem::path baseline;
  std::filesystem::path candidate;
  std::vector<std::string> cases;
  Launch launch;
};

// Of two modules: what their cases launch, without a measurement.
struct IdentifyRequest {
  std::filesystem::path baseline;
  std::filesystem::path candidate;
  std::vector<std::string> cases;
  double case_timeout_s = 60;
};

// Virtual because tests, of commands and of the gate's loop, measure nothing.
class Bench {
 public:
  virtual ~Bench() = default;
  [[nodiscard]] virtual documents::ModuleDescription describe(const std::filesystem::path& module) = 0;
  [[nodiscard]] virtual Run run(const RunRequest& request) = 0;
  [[nodiscard]] virtual Duet duet(const DuetRequest& request) = 0;
  [[nodiscard]] virtual documents::CallComparisons compare_calls(const IdentifyRequest& request) = 0;
  [[nodiscard]] virtual DeviceCode device_code(const std::filesystem::path& module) = 0;
  // Of the "cpu" or "cuda" device that is measured here; none where there is no such one.
  [[nodiscard]] virtual std::optional<Environment> environment(const std::string& /*device_kind*/) { return std::nullopt; }
};

// Throws Error, with the child's last words, when it exits with another status than 0, dies, hangs, prints anything
// but one whole document, or leaves out a case. Its stderr is forwarded.
class ProcessBench final : public Bench {
 public:
  explicit ProcessBench(std::filesystem::path program) : program_(std::move(program)) {}

  [[nodiscard]] documents::ModuleDescription describe(const std::filesystem::path& module) override;
  [[nodiscard]] Run run(const RunRequest& request) override;
  [[nodiscard]] Duet duet(const DuetRequest& request) override;
  [[nodiscard]] documents::CallComparisons compare_calls(const IdentifyRequest& request) override;
  [[nodiscard]] DeviceCode device_code(const std::filesystem::path& module) override {
    return read_device_code(module);
  }
  // As the built-in module of that device, which lies beside the program, sees it.
  [[nodiscard]] std::optional<Environment> environment(const std::string& device_kind) override;

 private:
  [[nodiscard]] std::string print(std::vector<std::string> options, double timeout_s) const;
  [[nodiscard]] std::string measure(std::vector<std::string> options, const std::vector<Group>& groups,
                                    const Launch& launch) const;

  std::filesystem::path program_;
};

[[nodiscard]] std::vector<Group> each_alone(const std::vector<std::string>& cases);

// The folder of the modules that come with the programs of a folder.
[[nodiscard]] std::filesystem::path built_in_modules(const std::filesystem::path& programs);

// ratchet-bench in the folder of the running program: both are built and installed together.
[[nodiscard]] std::filesystem::path bench_beside_this_program();

}  // namespace ratchet::executor
