// A real producer, as its users write them.
#include <benchmark/benchmark.h>

#include <numeric>
#include <vector>

namespace {

void sum(benchmark::State& state) {
  const std::vector<double> values(static_cast<std::size_t>(state.range(0)), 1.0);
  for (auto _ : state) {
    double total = std::accumulate(values.begin(), values.end(), 0.0);
    benchmark::DoNotOptimize(total);
  }
}
BENCHMARK(sum)->Arg(4096)->Arg(65536);

}  // namespace

BENCHMARK_MAIN();
