// The smallest host that obeys the ABI: one thread, plain memory, no clock. It loads a module, fills the buffers of a
// case, calls it and compares the outputs with the reference. For the tests of this room only; ratchet-bench is the
// real one.
#pragma once

#include "kernels/module.h"

#include <dlfcn.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace ratchet::kernels::test {

class Library {
 public:
  explicit Library(const std::string& path) : handle_(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL), dlclose) {
    if (!handle_) throw std::runtime_error(dlerror());
  }
  // NULL if there is no entry, or if the entry says so.
  [[nodiscard]] const ratchet_module* module() const {
    void* entry = dlsym(handle_.get(), RATCHET_MODULE_ENTRY);
    return entry == nullptr ? nullptr : reinterpret_cast<decltype(&ratchet_module_entry)>(entry)();
  }

 private:
  std::unique_ptr<void, int (*)(void*)> handle_;
};

struct Errors {
  double rel_l2 = 0;
  double worst_row = 0;
};

// Of n = expected.size() numbers in rows; a NaN on either side gives NaN.
[[nodiscard]] inline Errors compare(const float* actual, const std::vector<double>& expected, std::uint64_t row) {
  Errors errors;
  double difference = 0;
  double norm = 0;
  for (std::uint64_t begin = 0; begin < expected.size(); begin += row) {
    double row_difference = 0;
    double row_norm = 0;
    for (std::uint64_t i = begin; i < std::min<std::uint64_t>(begin + row, expected.size()); ++i) {
      const double off = double{actual[i]} - expected[i];
      row_difference += off * off;
      row_norm += expected[i] * expected[i];
    }
    const double row_error = std::sqrt(row_difference / row_norm);
    if (!(row_error <= errors.worst_row)) errors.worst_row = row_error;
    difference += row_difference;
    norm += row_norm;
  }
  errors.rel_l2 = std::sqrt(difference / norm);
  return errors;
}

[[nodiscard]] inline std::uint32_t output_index(const ratchet_case& one) {
  std::uint32_t index = 0;
  while (one.buffers[index].fill != RATCHET_OUTPUT) ++index;
  return index;
}

// A 64-bit hash of the index (the finalizer of SplitMix64) as a number of the buffer's distribution; the sum of four
// uniform numbers, scaled to deviation 1, stands for a normal one.
[[nodiscard]] inline float draw(const ratchet_buffer& buffer, std::uint64_t index) {
  std::uint64_t x = (index + 1) * 0x9E3779B97F4A7C15U + buffer.seed * 0xD1B54A32D192ED03U;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9U;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
  x ^= x >> 31;
  if (buffer.fill == RATCHET_UNIFORM) return static_cast<float>(x >> 40) * 0x1p-24F;
  const auto part = [x](int shift) { return static_cast<float>(x >> shift & 0xFFFFU) * 0x1p-16F - 0.5F; };
  return (part(0) + part(16) + part(32) + part(48)) * 1.7320508F;
}

// The memory of one case on a CPU. Every element is a float; the cases under test know no other type.
class Memory {
 public:
  explicit Memory(const ratchet_case& one) : which_(one) {
    for (std::uint32_t i = 0; i < one.buffer_count; ++i) {
      const ratchet_buffer& buffer = one.buffers[i];
      auto& block = blocks_.emplace_back(buffer.count + kPadding, 0.0F);
      pointers_.push_back(reinterpret_cast<void*>((reinterpret_cast<std::uintptr_t>(block.data()) + 63) / 64 * 64));
      const bool drawn = buffer.fill == RATCHET_NORMAL || buffer.fill == RATCHET_UNIFORM;
      for (std::uint64_t k = 0; drawn && k < buffer.count; ++k) data(i)[k] = draw(buffer, k);
    }
    call_ = {pointers_.data(), nullptr, 3, nullptr, &in_turn};
    poison();
  }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  [[nodiscard]] const ratchet_call& call() const { return call_; }
  [[nodiscard]] float* data(std::size_t index) const { return static_cast<float*>(pointers_[index]); }

  void poison() {
    for (std::uint32_t i = 0; i < which_.buffer_count; ++i) {
      if (which_.buffers[i].fill == RATCHET_OUTPUT) std::memset(data(i), 0xFF, which_.buffers[i].count * sizeof(float));
    }
  }

 private:
  static constexpr std::size_t kPadding = 16;  // room to align to 64 bytes

  // Last index first: a task that needs another one's result is found out.
  static void in_turn(void*, std::uint32_t tasks, void (*task)(void*, std::uint32_t), void* context) {
    while (tasks > 0) task(context, --tasks);
  }

  ratchet_case which_;
  std::vector<std::vector<float>> blocks_;
  std::vector<void*> pointers_;
  ratchet_call call_{};
};

// One prepared case on a CPU.
class Run {
 public:
  Run(const ratchet_module& module, const ratchet_case& which) : memory(which), module_(module), which_(which) {
    check(module.prepare(&which, &memory.call(), &state_));
  }
  ~Run() { module_.release(state_); }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  void launch() const { check(module_.launch(state_)); }
  [[nodiscard]] std::vector<double> reference() const {
    std::vector<double> expected(which_.buffers[output_index(which_)].count);
    double* outputs[] = {expected.data()};
    check(module_.reference(state_, outputs));
    return expected;
  }
  [[nodiscard]] const float* out() const { return memory.data(output_index(which_)); }
  [[nodiscard]] Errors errors(const std::vector<double>& expected) const {
    return compare(out(), expected, which_.buffers[output_index(which_)].row);
  }
  [[nodiscard]] Errors errors() const { return errors(reference()); }

  Memory memory;

 private:
  void check(int status) const {
    if (status != 0) throw std::runtime_error(module_.last_error());
  }

  const ratchet_module& module_;
  const ratchet_case& which_;
  void* state_ = nullptr;
};

}  // namespace ratchet::kernels::test
