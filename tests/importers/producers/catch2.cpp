#ifdef CATCH2_BEFORE_3
#define CATCH_CONFIG_ENABLE_BENCHMARKING
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#else
#include <catch2/benchmark/catch_benchmark.hpp>
#include <catch2/catch_test_macros.hpp>
#endif

#include <stdexcept>

namespace {

int fibonacci(int n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }

}  // namespace

TEST_CASE("fibonacci") {
  BENCHMARK("of 10") { return fibonacci(10); };
  SECTION("a <section>") {
    BENCHMARK("of 12") { return fibonacci(12); };
    BENCHMARK("broken") -> int { throw std::runtime_error("boom"); };
  }
}
