// The buffers of one case on a device, filled, between two canaries each, and a memory of what the inputs were. Both
// sides of a duet get these same buffers: own ones biased identical code by up to 0.4 %, shared ones by under 0.06 %.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "src/bench/device.h"

namespace ratchet::bench {

struct Release {
  Device* device;
  void operator()(void* memory) const noexcept { device->release(memory); }
};
using Memory = std::unique_ptr<void, Release>;

[[nodiscard]] inline Memory allocate(Device& device, std::uint64_t bytes) {
  return Memory(device.allocate(bytes), Release{&device});
}

class CaseMemory {
 public:
  // draw: which inputs; 0 are those that the case names, others come from the same law.
  CaseMemory(Device& device, const ratchet_case& which, std::uint64_t draw = 0);

  [[nodiscard]] std::vector<void*> pointers() const;  // in the order of the case's buffers
  [[nodiscard]] std::span<const ratchet_buffer> outputs() const noexcept { return outputs_; }
  [[nodiscard]] const void* output(std::size_t index) const { return buffer(output_index_[index]); }
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

  // Fills every output with 0xFF bytes: what a call leaves unwritten is NaN and found.
  void poison_outputs();
  // Fills every output with numbers that look like an answer: a call that trusts what it finds there is wrong.
  void fake_outputs();
  // Throws CaseError when an input has changed or something was written around a buffer.
  void require_intact(const std::string& side);

 private:
  // Of one buffer, when it was filled: before it, behind it, and its contents if it is an input.
  struct Sums {
    std::uint64_t before = 0;
    std::uint64_t behind = 0;
    std::uint64_t contents = 0;
  };
  [[nodiscard]] void* buffer(std::size_t index) const;
  [[nodiscard]] Sums sums(std::size_t index);

  Device& device_;
  std::span<const ratchet_buffer> buffers_;
  std::vector<Memory> memory_;  // canary, buffer, canary
  std::vector<Sums> sums_;
  std::vector<ratchet_buffer> outputs_;
  std::vector<std::size_t> output_index_;
  std::uint64_t bytes_ = 0;
};

}  // namespace ratchet::bench
