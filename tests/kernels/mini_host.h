// The smallest host that obeys the ABI: one thread, plain memory, no clock. It loads a module, fills the buffers of a
// case, calls it and compares the outputs with the reference. For the tests of this room only; ratchet-bench is the
// real one.
#pragma once

#include "kernels/module.h"

#include <dlfcn.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <random>
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

// The memory of one case on a CPU. Every element is a float; the cases under test know no other type.
class Memory {
 public:
  explicit Memory(const ratchet_case& one) : which_(one) {
    for (std::uint32_t i = 0; i < one.buffer_count; ++i) {
      const ratchet_buffer& buffer = one.buffers[i];
      auto& block = blocks_.emplace_back(buffer.count + kPadding, 0.0F);
      pointers_.push_back(reinterpret_cast<void*>((reinterpret_cast<std::uintptr_t>(block.data()) + 63) / 64 * 64));
      std::mt19937_64 random(buffer.seed);
      std::normal_distribution<float> normal;
      std::uniform_real_distribution<float> uniform;
      for (std::uint64_t k = 0; k < buffer.count; ++k) {
        if (buffer.fill == RATCHET_NORMAL) data(i)[k] = normal(random);
        if (buffer.fill == RATCHET_UNIFORM) data(i)[k] = uniform(random);
      }
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

  // Of the output at `index` against what was expected; NaN in the output makes both NaN.
  [[nodiscard]] Errors errors(std::uint32_t index, const std::vector<double>& expected) const {
    Errors result;
    double difference = 0;
    double norm = 0;
    const std::uint64_t row = which_.buffers[index].row;
    for (std::uint64_t begin = 0; begin < expected.size(); begin += row) {
      double row_difference = 0;
      double row_norm = 0;
      for (std::uint64_t k = begin; k < std::min<std::uint64_t>(begin + row, expected.size()); ++k) {
        row_difference += std::pow(double{data(index)[k]} - expected[k], 2);
        row_norm += expected[k] * expected[k];
      }
      const double row_error = std::sqrt(row_difference / row_norm);
      if (!(row_error <= result.worst_row)) result.worst_row = row_error;
      difference += row_difference;
      norm += row_norm;
    }
    result.rel_l2 = std::sqrt(difference / norm);
    return result;
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

}  // namespace ratchet::kernels::test
