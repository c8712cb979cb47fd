// The buffers of one case on a device, filled, between two canaries each, and a memory of what the inputs were. Both
// sides of a duet, and the cases of a group, get the same ones: own buffers biased identical code by up to 0.4 %, shared
// ones by under 0.06 %.
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

class GuardedBuffer {
 public:
  GuardedBuffer(Device& device, const ratchet_buffer& what);

  [[nodiscard]] void* get() const;
  // Throws CaseError when it is an input and has changed, or when something was written around it.
  void require_intact(const std::string& side) const;

 private:
  // Of when it was filled: before it, behind it, and its contents if it is an input.
  struct Sums {
    std::uint64_t before = 0;
    std::uint64_t behind = 0;
    std::uint64_t contents = 0;
  };
  [[nodiscard]] Sums sums() const;

  Device& device_;
  ratchet_buffer what_;
  Memory memory_;  // canary, buffer, canary
  Sums sums_;
};

// Who asks for the same name, type, fill, count and seed gets the same memory, as long as somebody holds it.
class BufferPool {
 public:
  explicit BufferPool(Device& device) : device_(device) {}

  [[nodiscard]] Device& device() const noexcept { return device_; }
  // set: which of the equal ones that a case walks through.
  [[nodiscard]] std::shared_ptr<GuardedBuffer> get(const ratchet_buffer& what, std::size_t set);

 private:
  struct Lent {
    ratchet_buffer what;
    std::size_t set = 0;
    std::weak_ptr<GuardedBuffer> buffer;
  };
  Device& device_;
  std::vector<Lent> lent_;
};

class CaseMemory {
 public:
  // draw: which inputs; 0 are those that the case names, others come from the same law.
  CaseMemory(BufferPool& pool, const ratchet_case& which, std::uint64_t draw = 0, std::size_t set = 0);

  [[nodiscard]] std::vector<void*> pointers() const;  // in the order of the case's buffers
  [[nodiscard]] std::span<const ratchet_buffer> outputs() const noexcept { return outputs_; }
  [[nodiscard]] const void* output(std::size_t index) const { return buffers_[output_index_[index]]->get(); }
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

  // Fills every output with 0xFF bytes: what a call leaves unwritten is NaN and found.
  void poison_outputs();
  // Fills every output with numbers that look like an answer: a call that trusts what it finds there is wrong.
  void fake_outputs();
  // Of every buffer.
  void require_intact(const std::string& side) const;

 private:
  Device& device_;
  std::vector<std::shared_ptr<GuardedBuffer>> buffers_;
  std::vector<ratchet_buffer> outputs_;
  std::vector<std::size_t> output_index_;
  std::uint64_t bytes_ = 0;
};

}  // namespace ratchet::bench
