// All that one launch does to one case alone: memory, preparation, verification, the length of an interval. When its
// rounds are timed, and beside whom, is decided in measure.cpp.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "src/bench/case_memory.h"
#include "src/bench/measure.h"

namespace ratchet::bench {

// Thrown when failures that are already in the result end the case.
struct Stopped {};

// A side with its case prepared on every set of buffers, and the answer it should give on each.
struct Contender {
  std::vector<std::unique_ptr<PreparedCase>> prepared;
  std::vector<Memory> expected;  // in double, one for each output

  [[nodiscard]] const Side& side() const { return prepared.front()->side(); }
};

class CaseLaunch {
 public:
  // Verified and ready to be timed. `pool`, `settings` and `result` outlive it. Here and below: throws CaseError or
  // Stopped where the case has failed. in_company: other cases are timed between its intervals.
  CaseLaunch(BufferPool& pool, const Entrant& entrant, const MeasureSettings& settings, bool in_company,
             DuetCase& result);

  [[nodiscard]] Block rounds(std::span<const std::uint8_t> first) { return timer_->rounds(first); }
  // Notes a block of warm-up rounds.
  void warm(const Block& block);
  [[nodiscard]] bool steady() const;
  void plant();
  // The rounds that count. energy_j: per call, 0 where unknown.
  void keep(const Block& block, double energy_j);
  // Verifies what was timed.
  void finish();

 private:
  void prepare_if_available(const Side& side, Contender& contender);
  void prepare(const Side& side, Contender& contender);
  void find_leak(const Side& side);
  void verify(const char* when);
  void verify_side(std::size_t side, const char* when);
  void verify_last_call(std::size_t side);
  void compare(std::size_t side, std::size_t set, const char* when);
  [[nodiscard]] std::unique_ptr<Timer> make_timer(std::uint64_t batch);
  [[nodiscard]] std::unique_ptr<Timer> timer_with_batch();
  void warn_of_floor(double call_ns);

  Device& device_;
  const MeasureSettings& settings_;
  double handicap_percent_;
  bool in_company_;
  DuetCase& result_;
  bool flush_ = false;
  std::vector<std::unique_ptr<CaseMemory>> sets_;
  std::vector<Contender> contenders_;
  std::unique_ptr<Timer> timer_;  // none before the first verification
  std::vector<double> warm_medians_;
};

}  // namespace ratchet::bench
