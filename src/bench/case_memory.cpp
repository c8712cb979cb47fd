#include "src/bench/case_memory.h"

#include <fmt/format.h>

#include "src/bench/element.h"

namespace ratchet::bench {

namespace {

// One vector store of the widest kind, eight times: enough for the usual off-by-a-few, too little to matter.
constexpr ratchet_buffer kCanary{"canary", RATCHET_U8, RATCHET_UNIFORM, 256, 0x5EED, 0, 0, 0};

std::uint64_t bytes_of(const ratchet_buffer& buffer) { return buffer.count * element_bytes(buffer.type); }

bool is_input(const ratchet_buffer& buffer) { return buffer.fill != RATCHET_OUTPUT && buffer.fill != RATCHET_SCRATCH; }

char* end_of(const ratchet_buffer& buffer, void* memory) { return static_cast<char*>(memory) + bytes_of(buffer); }

}  // namespace

CaseMemory::CaseMemory(Device& device, const ratchet_case& which)
    : device_(device), buffers_(which.buffers, which.buffer_count) {
  for (const ratchet_buffer& buffer : buffers_) {
    if (buffer.fill == RATCHET_OUTPUT) {
      outputs_.push_back(buffer);
      output_index_.push_back(memory_.size());
    }
    void* const memory = memory_.emplace_back(allocate(device, bytes_of(buffer) + kCanary.count)).get();
    device.fill(buffer, memory);
    device.fill(kCanary, end_of(buffer, memory));
    checksums_.push_back(device.checksum(end_of(buffer, memory), kCanary.count));
    checksums_.push_back(is_input(buffer) ? device.checksum(memory, bytes_of(buffer)) : 0);
    bytes_ += bytes_of(buffer);
  }
}

std::vector<void*> CaseMemory::pointers() const {
  std::vector<void*> pointers;
  for (const Memory& memory : memory_) pointers.push_back(memory.get());
  return pointers;
}

void CaseMemory::poison_outputs() {
  for (std::size_t i = 0; i < outputs_.size(); ++i) device_.fill(outputs_[i], memory_[output_index_[i]].get());
}

void CaseMemory::require_intact(const std::string& side) {
  for (std::size_t i = 0; i < buffers_.size(); ++i) {
    const ratchet_buffer& buffer = buffers_[i];
    void* const memory = memory_[i].get();
    if (device_.checksum(end_of(buffer, memory), kCanary.count) != checksums_[2 * i])
      throw CaseError("module_error", side, fmt::format("launch() wrote behind the end of buffer '{}'", buffer.name));
    if (is_input(buffer) && device_.checksum(memory, bytes_of(buffer)) != checksums_[2 * i + 1])
      throw CaseError("input_changed", side, fmt::format("launch() changed its input '{}'", buffer.name));
  }
}

}  // namespace ratchet::bench
