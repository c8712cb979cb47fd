#include "src/bench/case_memory.h"

#include <fmt/format.h>

#include "src/bench/element.h"

namespace ratchet::bench {

namespace {

// Behind: one vector store of the widest kind, eight times: enough for the usual off-by-a-few, too little to matter.
constexpr ratchet_buffer kBehind{"canary", RATCHET_U8, RATCHET_UNIFORM, 256, 0x5EED, 0, 0, 0};
// Before: a page, so that the buffer keeps the alignment that its device gave it.
constexpr ratchet_buffer kBefore{"canary", RATCHET_U8, RATCHET_UNIFORM, 4096, 0x5EEE, 0, 0, 0};
constexpr std::uint64_t kFakeSeed = 0xFA4E;
// Odd, so that draws differ; large, so that no seed of one draw is another's: cases number their inputs from 1.
constexpr std::uint64_t kDrawStride = 0x9E3779B97F4A7C15U;

std::uint64_t bytes_of(const ratchet_buffer& buffer) { return buffer.count * element_bytes(buffer.type); }

bool is_input(const ratchet_buffer& buffer) { return buffer.fill != RATCHET_OUTPUT && buffer.fill != RATCHET_SCRATCH; }

}  // namespace

CaseMemory::CaseMemory(Device& device, const ratchet_case& which, std::uint64_t draw)
    : device_(device), buffers_(which.buffers, which.buffer_count) {
  for (std::size_t i = 0; i < buffers_.size(); ++i) {
    ratchet_buffer one = buffers_[i];
    one.seed += draw * kDrawStride;
    if (one.fill == RATCHET_OUTPUT) {
      outputs_.push_back(one);
      output_index_.push_back(i);
    }
    memory_.push_back(allocate(device, kBefore.count + bytes_of(one) + kBehind.count));
    device.fill(kBefore, memory_[i].get());
    device.fill(one, buffer(i));
    device.fill(kBehind, static_cast<char*>(buffer(i)) + bytes_of(one));
    sums_.push_back(sums(i));
    bytes_ += bytes_of(one);
  }
}

void* CaseMemory::buffer(std::size_t index) const { return static_cast<char*>(memory_[index].get()) + kBefore.count; }

CaseMemory::Sums CaseMemory::sums(std::size_t index) {
  const std::uint64_t bytes = bytes_of(buffers_[index]);
  return {device_.checksum(memory_[index].get(), kBefore.count),
          device_.checksum(static_cast<char*>(buffer(index)) + bytes, kBehind.count),
          is_input(buffers_[index]) ? device_.checksum(buffer(index), bytes) : 0};
}

std::vector<void*> CaseMemory::pointers() const {
  std::vector<void*> pointers;
  for (std::size_t i = 0; i < memory_.size(); ++i) pointers.push_back(buffer(i));
  return pointers;
}

void CaseMemory::poison_outputs() {
  for (std::size_t i = 0; i < outputs_.size(); ++i) device_.fill(outputs_[i], buffer(output_index_[i]));
}

void CaseMemory::fake_outputs() {
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    ratchet_buffer fake = outputs_[i];
    fake.fill = RATCHET_NORMAL;
    fake.seed = kFakeSeed;
    device_.fill(fake, buffer(output_index_[i]));
  }
}

void CaseMemory::require_intact(const std::string& side) {
  for (std::size_t i = 0; i < buffers_.size(); ++i) {
    const Sums now = sums(i);
    const char* const name = buffers_[i].name;
    if (now.behind != sums_[i].behind)
      throw CaseError("module_error", side, fmt::format("launch() wrote behind the end of buffer '{}'", name));
    if (now.before != sums_[i].before)
      throw CaseError("module_error", side, fmt::format("launch() wrote before the beginning of buffer '{}'", name));
    if (now.contents != sums_[i].contents)
      throw CaseError("input_changed", side, fmt::format("launch() changed its input '{}'", name));
  }
}

}  // namespace ratchet::bench
