#include "src/bench/cuda_timer.h"

#include <algorithm>
#include <atomic>

#include "src/bench/cuda_calls.h"
#include "src/bench/schedule.h"

namespace ratchet::bench {

namespace {

// Long against the time to queue a chunk, a millisecond, or 200 of them with the largest graphs; short against a case's
// time.
constexpr std::uint64_t kPatienceNs = 500'000'000;
// Uncaptured launches go one by one into a queue of about a thousand.
constexpr std::uint64_t kMaximalPlainBatch = 200;
constexpr std::uint64_t kDelayProbeRounds = 21;

// Holds the stream back from construction to release(), or to the end of the scope if something throws.
class Hold {
 public:
  explicit Hold(CudaContext& context) : flags_(static_cast<std::uint32_t*>(context.flags.get())) {
    flags_[0] = 0;
    flags_[1] = 0;
    std::uint32_t* device_flags = nullptr;
    check_cuda(cudaHostGetDevicePointer(reinterpret_cast<void**>(&device_flags), flags_, 0));
    context.tools.launch("bench_hold", 1, 1, context.stream.get(), device_flags, kPatienceNs);
  }
  ~Hold() { release(); }
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;

  void release() noexcept { std::atomic_ref(flags_[0]).store(1, std::memory_order_release); }
  // After the stream has run: whether the device gave up before release().
  [[nodiscard]] bool expired() const noexcept {
    return std::atomic_ref(flags_[1]).load(std::memory_order_acquire) != 0;
  }

 private:
  std::uint32_t* flags_;
};

}  // namespace

CudaTimer::CudaTimer(CudaContext& context, std::span<const Rotation> sides, TimerSettings settings)
    : context_(context), sides_(sides.begin(), sides.end()), settings_(settings) {
  for (std::size_t i = 0; i < context_.rounds_at_once * sides_.size() * 2; ++i) events_.push_back(make_event());
  stamps_ = make_device_memory(events_.size() * sizeof(ClockStamp));
  if (settings_.delayed) {
    delays_ = make_device_memory(sides_.size() * sizeof(std::uint64_t));
    check_cuda(cudaMemset(delays_.get(), 0, sides_.size() * sizeof(std::uint64_t)));
  }
  if (settings_.flush) flush_ = make_device_memory(4 * context_.l2_bytes);
  for (std::size_t side = 0; side < sides_.size(); ++side) {
    CudaGraphExec graph = capture(side);
    if (graph) graphs_.push_back(std::move(graph));
  }
  // Both sides are timed in the same way, or not at all.
  if (graphs_.size() != sides_.size()) {
    graphs_.clear();
    const std::uint64_t sets = sides_.front().size();
    settings_.batch = std::min(settings_.batch, kMaximalPlainBatch / sets * sets);
  }
  // Code is loaded at its first launch, which would wait for the device to be idle: never, behind a held stream.
  enqueue_flush();
  enqueue_stamp(0);
  for (std::size_t side = 0; side < sides_.size(); ++side) once(side);
  check_cuda(cudaStreamSynchronize(context_.stream.get()));
}

// NULL when the work cannot be captured. Throws CaseError when what was captured is not `batch` times the same work.
CudaGraphExec CudaTimer::capture(std::size_t side) {
  const cudaStream_t stream = context_.stream.get();
  check_cuda(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
  bool enqueued = true;
  try {
    enqueue_batch(side);
  } catch (const CaseError&) {
    enqueued = false;  // seen again, and then thrown, if it fails outside of a capture too
  }
  cudaGraph_t captured = nullptr;
  const cudaError_t status = cudaStreamEndCapture(stream, &captured);
  const CudaGraph graph(captured);
  cudaGetLastError();  // a refused capture is no error of what follows
  if (!enqueued || status != cudaSuccess || !graph) return nullptr;

  work_.push_back(
      work_of_equal_calls(graph.get(), settings_.batch, settings_.delayed ? 1 : 0, sides_[side].front()->side().name));
  cudaGraphExec_t executable = nullptr;
  check_cuda(cudaGraphInstantiate(&executable, graph.get(), 0));
  CudaGraphExec result(executable);
  check_cuda(cudaGraphUpload(executable, stream));
  return result;
}

void CudaTimer::enqueue_batch(std::size_t side) {
  for (std::uint64_t call = 0; call < settings_.batch; ++call) sides_[side][call % sides_[side].size()]->launch();
  if (!settings_.delayed) return;
  const auto* const cycles = static_cast<const std::uint64_t*>(delays_.get()) + side;
  context_.tools.launch("bench_spin", 1, 1, context_.stream.get(), cycles);
}

void CudaTimer::once(std::size_t side) {
  if (graphs_.empty()) {
    enqueue_batch(side);
  } else {
    check_cuda(cudaGraphLaunch(graphs_[side].get(), context_.stream.get()));
  }
}

// Writes twice the L2, and then reads twice as much of other memory: lines left dirty would be written back in the
// interval.
void CudaTimer::enqueue_flush() {
  if (!settings_.flush) return;
  const std::uint64_t half = 2 * context_.l2_bytes;
  const auto* const clean = static_cast<const std::uint8_t*>(flush_.get()) + half;
  check_cuda(cudaMemsetAsync(flush_.get(), 0, half, context_.stream.get()));
  context_.tools.launch("bench_checksum", 4 * context_.multiprocessors, 256, context_.stream.get(), clean, half,
                        static_cast<unsigned long long*>(context_.sum.get()));
}

void CudaTimer::enqueue_stamp(std::size_t index) {
  context_.tools.launch("bench_stamp", context_.multiprocessors, 1, context_.stream.get(),
                        static_cast<void*>(static_cast<ClockStamp*>(stamps_.get()) + index));
}

Block CudaTimer::rounds(std::span<const std::uint8_t> first) {
  Block block;
  clocks_ = {};
  while (block.rounds.size() < first.size()) {
    const auto left = first.subspan(block.rounds.size());
    const auto done = chunk(left.first(std::min(left.size(), context_.rounds_at_once)));
    if (done) block.rounds.insert(block.rounds.end(), done->begin(), done->end());
  }
  block.clock_mhz = {clocks_[0].mhz(), clocks_[1].mhz()};
  return block;
}

// Nothing when the device gave up waiting for a queue that was full: then the same rounds are due again, fewer at once.
std::optional<std::vector<Round>> CudaTimer::chunk(std::span<const std::uint8_t> first) {
  const cudaStream_t stream = context_.stream.get();
  Hold hold(context_);
  check_cuda(cudaMemsetAsync(stamps_.get(), 0, events_.size() * sizeof(ClockStamp), stream));
  std::size_t used = 0;
  for (const std::uint8_t leader : first) {
    for (std::size_t turn = 0; turn < sides_.size(); ++turn, used += 2) {
      const std::size_t side = sides_.size() == 1 ? 0 : leader ^ turn;
      enqueue_flush();
      if (settings_.rewarm) sides_[side].front()->launch();
      enqueue_stamp(used);
      check_cuda(cudaEventRecord(events_[used].get(), stream));
      once(side);
      check_cuda(cudaEventRecord(events_[used + 1].get(), stream));
      enqueue_stamp(used + 1);
    }
  }
  hold.release();
  check_cuda(cudaStreamSynchronize(stream));
  if (hold.expired()) {
    if (first.size() > 1) {
      context_.rounds_at_once = std::max<std::size_t>(1, first.size() / 2);
      return std::nullopt;
    }
    waited_ = true;
  }
  return read_chunk(first);
}

std::vector<Round> CudaTimer::read_chunk(std::span<const std::uint8_t> first) {
  std::vector<ClockStamp> stamps(2 * first.size() * sides_.size());
  check_cuda(cudaMemcpy(stamps.data(), stamps_.get(), stamps.size() * sizeof(ClockStamp), cudaMemcpyDeviceToHost));
  std::vector<Round> rounds;
  std::size_t used = 0;
  for (const std::uint8_t leader : first) {
    Round& round = rounds.emplace_back();
    for (std::size_t turn = 0; turn < sides_.size(); ++turn, used += 2) {
      const std::size_t side = sides_.size() == 1 ? 0 : leader ^ turn;
      round[side] = elapsed_ns(events_[used], events_[used + 1]);
      clocks_[side].add(stamps[used], stamps[used + 1]);
    }
  }
  return rounds;
}

// Cycles are turned into time in place, by doubling the interval once: the gain per cycle is then known far better than
// the noise of a small delay would allow.
void CudaTimer::plant(double percent) {
  const double plain_ns = candidate_interval_ns();
  const auto trial_cycles = static_cast<std::uint64_t>(plain_ns * context_.clock_ghz);
  set_delay(trial_cycles);
  const double trial_ns = candidate_interval_ns() - plain_ns;
  set_delay(delay_cycles(plain_ns * percent / 100, trial_cycles, trial_ns));
}

double CudaTimer::candidate_interval_ns() {
  std::vector<double> times;
  for (const Round& round : rounds(round_order(kDelayProbeRounds, 0)).rounds)
    times.push_back(static_cast<double>(round[sides_.size() - 1]));
  return median(std::move(times));
}

void CudaTimer::set_delay(std::uint64_t cycles) {
  auto* const of_candidate = static_cast<std::uint64_t*>(delays_.get()) + sides_.size() - 1;
  check_cuda(cudaMemcpyAsync(of_candidate, &cycles, sizeof cycles, cudaMemcpyHostToDevice, context_.stream.get()));
  check_cuda(cudaStreamSynchronize(context_.stream.get()));
}

std::vector<std::string> CudaTimer::warnings() const {
  std::vector<std::string> all;
  if (graphs_.empty()) all.emplace_back("the work cannot be captured in a CUDA graph and was timed as plain launches");
  if (waited_)
    all.emplace_back("the device may have waited for the host within an interval: too many launches to queue");
  return all;
}

}  // namespace ratchet::bench
