#include <benchmark/benchmark.h>

#include <vector>

namespace {

void copy(benchmark::State& state) {
  std::vector<char> from(static_cast<std::size_t>(state.range(0)));
  std::vector<char> to(from.size());
  for (auto _ : state) {
    to = from;
    benchmark::DoNotOptimize(to.data());
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0));
}
BENCHMARK(copy)->Arg(4096);

void own_clock(benchmark::State& state) {
  for (auto _ : state) state.SetIterationTime(1e-6);
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * 100);
}
BENCHMARK(own_clock)->UseManualTime()->Unit(benchmark::kMillisecond);

void broken(benchmark::State& state) {
  state.SkipWithError("no device");
  for (auto _ : state) benchmark::ClobberMemory();
}
BENCHMARK(broken);

}  // namespace

BENCHMARK_MAIN();
