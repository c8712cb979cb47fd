#include "kernels/peers/cudnn_race.h"

#include "kernels/check_cuda.h"

#include <algorithm>
#include <exception>
#include <memory>

namespace ratchet::kernels::cudnn {
namespace {

constexpr std::size_t kRounds = 21;
constexpr double kInterval_ns = 200'000;  // of one plan in one round: 200 ticks of the coarsest event timer, 1 us
constexpr double kMaxCalls = 64;

using Event = std::unique_ptr<CUevent_st, cudaError_t (*)(cudaEvent_t)>;
using Graph = std::unique_ptr<CUgraph_st, cudaError_t (*)(cudaGraph_t)>;
using GraphExec = std::unique_ptr<CUgraphExec_st, cudaError_t (*)(cudaGraphExec_t)>;

Event new_event() {
  cudaEvent_t event = nullptr;
  check_cuda(cudaEventCreate(&event));
  return {event, cudaEventDestroy};
}

// As the host times them: a graph of many calls, so that what the CPU needs to enqueue one is not in the time.
GraphExec captured(const std::function<void()>& call, int calls, cudaStream_t stream) {
  check_cuda(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
  std::exception_ptr error;
  try {
    for (int i = 0; i < calls; ++i) call();
  } catch (...) {
    error = std::current_exception();  // the capture must end first
  }
  cudaGraph_t raw = nullptr;
  const cudaError_t status = cudaStreamEndCapture(stream, &raw);
  const Graph graph(raw, cudaGraphDestroy);
  if (error) std::rethrow_exception(error);
  check_cuda(status);
  cudaGraphExec_t executable = nullptr;
  check_cuda(cudaGraphInstantiate(&executable, graph.get(), 0));
  return {executable, cudaGraphExecDestroy};
}

class Stopwatch {
 public:
  explicit Stopwatch(cudaStream_t stream) : stream_(stream) {}
  [[nodiscard]] double time_ns(const GraphExec& graph) const {
    check_cuda(cudaEventRecord(begin_.get(), stream_));
    check_cuda(cudaGraphLaunch(graph.get(), stream_));
    check_cuda(cudaEventRecord(end_.get(), stream_));
    check_cuda(cudaEventSynchronize(end_.get()));
    float time_ms = 0;
    check_cuda(cudaEventElapsedTime(&time_ms, begin_.get(), end_.get()));
    return 1e6 * time_ms;
  }

 private:
  cudaStream_t stream_;
  Event begin_ = new_event();
  Event end_ = new_event();
};

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// So many that the fastest plan fills the interval; the same for all.
int calls_in_interval(const std::vector<std::function<void()>>& calls, cudaStream_t stream, const Stopwatch& watch) {
  double shortest_ns = kInterval_ns;
  for (const auto& call : calls) {
    const GraphExec graph = captured(call, 1, stream);
    (void)watch.time_ns(graph);  // the first one loads
    shortest_ns = std::min(shortest_ns, watch.time_ns(graph));
  }
  return static_cast<int>(std::clamp(kInterval_ns / shortest_ns, 1.0, kMaxCalls));
}

}  // namespace

std::size_t winner(const std::vector<std::vector<double>>& times) {
  std::size_t best = 0;
  for (std::size_t plan = 1; plan < times.size(); ++plan) {
    std::vector<double> ratios;
    for (std::size_t round = 0; round < times[plan].size(); ++round) {
      ratios.push_back(times[plan][round] / times[best][round]);
    }
    if (median(std::move(ratios)) < 1 - kLead) best = plan;
  }
  return best;
}

std::vector<std::vector<double>> race_ns(const std::vector<std::function<void()>>& calls, void* stream) {
  auto* queue = static_cast<cudaStream_t>(stream);
  const Stopwatch watch(queue);
  const int repeats = calls_in_interval(calls, queue, watch);
  std::vector<GraphExec> graphs;
  for (const auto& call : calls) graphs.push_back(captured(call, repeats, queue));
  for (const GraphExec& graph : graphs) (void)watch.time_ns(graph);
  std::vector<std::vector<double>> times(calls.size());
  for (std::size_t round = 0; round < kRounds; ++round) {
    for (std::size_t plan = 0; plan < graphs.size(); ++plan) {
      times[plan].push_back(watch.time_ns(graphs[plan]) / repeats);
    }
  }
  return times;
}

}  // namespace ratchet::kernels::cudnn
