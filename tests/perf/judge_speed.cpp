// How long judging takes, in a release build: an interval, a ratio, and a whole check of a thousand cases. Prints
// numbers and claims nothing: no test depends on wall time.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "ratchet/bootstrap.h"
#include "ratchet/change_points.h"
#include "ratchet/duet.h"
#include "tests/ratchet/synthetic.h"

using namespace ratchet;

namespace {

// Best of seven: what the code costs when nobody else wants the core.
double best_seconds(const std::function<void()>& work) {
  double best = 1e9;
  for (int i = 0; i < 7; ++i) {
    const auto start = std::chrono::steady_clock::now();
    work();
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

std::vector<double> side(std::size_t n, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::lognormal_distribution<double> time(9.9, 0.01);
  std::vector<double> sample(n);
  for (double& x : sample) x = time(random);
  return sample;
}

}  // namespace

int main() {
  constexpr int kCalls = 2000;
  double sink = 0;
  for (const std::size_t n : {std::size_t{20}, std::size_t{100}, std::size_t{101}}) {
    const MedianBootstrap bootstrap(n);
    const double prepare = best_seconds([&] { sink += static_cast<double>(MedianBootstrap(n).size()); });
    const auto a = side(n, 1);
    const Law law_a = bootstrap.law(a);
    const Law law_b = bootstrap.law(side(n, 2));
    const double interval = best_seconds([&] {
      for (int i = 0; i < kCalls; ++i) sink += bootstrap.interval(a, 0.95).low;
    });
    const double ratio = best_seconds([&] {
      for (int i = 0; i < kCalls / 20; ++i) sink += ratio_interval(law_b, law_a, 0.95).low;
    });
    // scripts/compare_bootstrap.py reads this line.
    std::printf("n = %zu: prepared in %.1f us, median interval %.2f us, ratio interval %.1f us\n", n, 1e6 * prepare,
                1e6 * interval / kCalls, 1e6 * ratio / (kCalls / 20));
  }
  std::vector<DuetCase> cases;
  for (std::uint64_t i = 0; i < 1000; ++i)
    cases.push_back(synthetic::duet_case("op/x/n=" + std::to_string(i), 0, 10, i, {0.01, 0.002}));
  const Duet duet = synthetic::duet(std::move(cases));
  std::size_t decided = 0;
  const double check = best_seconds([&] {
    decided = 0;
    for (const CaseVerdict& verdict : judge_duet(duet, {})) decided += verdict.decided ? 1 : 0;
  });
  std::printf("1,000 cases of 10 launches of 101 rounds: %.3f s (%zu decided)\n", check, decided);
  std::vector<SeriesPoint> series;
  for (const double time : side(5000, 3)) series.push_back({std::log(time), 0.001});
  const double history = best_seconds([&] { sink += static_cast<double>(change_points(series).size()); });
  std::printf("change points of 5,000 commits: %.1f ms (aim 50)\n", 1e3 * history);
  return sink > 0 ? 0 : 1;
}
