#include "src/bench/case_memory.h"

#include <fmt/format.h>

#include <string_view>

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

GuardedBuffer::GuardedBuffer(Device& device, const ratchet_buffer& what)
    : device_(device), what_(what), memory_(allocate(device, kBefore.count + bytes_of(what) + kBehind.count)) {
  device.fill(kBefore, memory_.get());
  device.fill(what, get());
  device.fill(kBehind, static_cast<char*>(get()) + bytes_of(what));
  sums_ = sums();
}

void* GuardedBuffer::get() const { return static_cast<char*>(memory_.get()) + kBefore.count; }

GuardedBuffer::Sums GuardedBuffer::sums() const {
  const std::uint64_t bytes = bytes_of(what_);
  return {device_.checksum(memory_.get(), kBefore.count),
          device_.checksum(static_cast<char*>(get()) + bytes, kBehind.count),
          is_input(what_) ? device_.checksum(get(), bytes) : 0};
}

void GuardedBuffer::require_intact(const std::string& side) const {
  const Sums now = sums();
  if (now.behind != sums_.behind)
    throw CaseError("module_error", side, fmt::format("launch() wrote behind the end of buffer '{}'", what_.name));
  if (now.before != sums_.before)
    throw CaseError("module_error", side,
                    fmt::format("launch() wrote before the beginning of buffer '{}'", what_.name));
  if (now.contents != sums_.contents)
    throw CaseError("input_changed", side, fmt::format("launch() changed its input '{}'", what_.name));
}

std::shared_ptr<GuardedBuffer> BufferPool::get(const ratchet_buffer& what, std::size_t set) {
  for (const Lent& lent : lent_) {
    const ratchet_buffer& other = lent.what;
    if (lent.set != set || std::string_view(other.name) != what.name || other.type != what.type ||
        other.fill != what.fill || other.count != what.count || other.seed != what.seed)
      continue;
    if (auto buffer = lent.buffer.lock()) return buffer;
  }
  auto buffer = std::make_shared<GuardedBuffer>(device_, what);
  lent_.push_back({what, set, buffer});
  return buffer;
}

CaseMemory::CaseMemory(BufferPool& pool, const ratchet_case& which, std::uint64_t draw, std::size_t set)
    : device_(pool.device()) {
  for (ratchet_buffer one : std::span(which.buffers, which.buffer_count)) {
    one.seed += draw * kDrawStride;
    if (one.fill == RATCHET_OUTPUT) {
      outputs_.push_back(one);
      output_index_.push_back(buffers_.size());
    }
    buffers_.push_back(pool.get(one, set));
    bytes_ += bytes_of(one);
  }
}

std::vector<void*> CaseMemory::pointers() const {
  std::vector<void*> pointers;
  for (const auto& buffer : buffers_) pointers.push_back(buffer->get());
  return pointers;
}

void CaseMemory::poison_outputs() {
  for (std::size_t i = 0; i < outputs_.size(); ++i) device_.fill(outputs_[i], buffers_[output_index_[i]]->get());
}

void CaseMemory::fake_outputs() {
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    ratchet_buffer fake = outputs_[i];
    fake.fill = RATCHET_NORMAL;
    fake.seed = kFakeSeed;
    device_.fill(fake, buffers_[output_index_[i]]->get());
  }
}

void CaseMemory::require_intact(const std::string& side) const {
  for (const auto& buffer : buffers_) buffer->require_intact(side);
}

}  // namespace ratchet::bench
