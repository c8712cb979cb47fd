// How often a table of identical implementations names a difference, and how often it finds a true one.
#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <string>

#include "ratchet/matrix.h"
#include "rate.h"

using namespace ratchet;

namespace {

constexpr std::size_t kLaunches = 11;
constexpr std::size_t kRows = 8;
constexpr std::size_t kImplementations = 5;  // 80 comparisons

// What the launches of one implementation scatter by, beyond what all of a launch share.
enum class Noise { Normal, HeavyTails, TwoModes };

double residual(Noise noise, std::mt19937_64& dice) {
  constexpr double kScatter = 0.002;
  std::normal_distribution<double> normal;
  switch (noise) {
    case Noise::Normal:
      return kScatter * normal(dice);
    case Noise::HeavyTails:
      return kScatter * std::student_t_distribution<double>(3)(dice);
    case Noise::TwoModes:
      return 0.2 * kScatter * normal(dice) + (std::bernoulli_distribution(0.25)(dice) ? 0.03 : 0);
  }
  return 0;
}

// The last implementation of each row is faster by `gain`.
Matrix table(Noise noise, double gain, std::mt19937_64& dice) {
  std::normal_distribution<double> normal;
  MatrixSource source;
  for (std::size_t row = 0; row < kRows; ++row) {
    std::vector<double> shared;
    for (std::size_t i = 0; i < kLaunches; ++i) shared.push_back(0.02 * normal(dice));
    for (std::size_t which = 0; which < kImplementations; ++which) {
      Measurement& one = source.run.measurements.emplace_back();
      one.facts.id = "a/i" + std::to_string(which) + "/n=" + std::to_string(row);
      one.check = Check{true, 0, 0};
      const double faster = which + 1 == kImplementations ? gain : 0;
      for (std::size_t i = 0; i < kLaunches; ++i)
        one.launches.push_back({1000 * std::exp(shared[i] - faster + residual(noise, dice))});
    }
  }
  return compare_all({&source, 1});
}

bool names_a_difference(const Matrix& matrix) {
  for (const MatrixRow& row : matrix.rows)
    for (const MatrixPair& pair : row.pairs)
      if (pair.faster != 0) return true;
  return false;
}

}  // namespace

TEST_CASE("rates: a table of identical implementations names a difference with at most 1 %") {
  for (const auto& [name, noise] : {std::pair{std::string("normal"), Noise::Normal}, std::pair{std::string("heavy tails"), Noise::HeavyTails},
                                    std::pair{std::string("two modes"), Noise::TwoModes}}) {
    std::mt19937_64 dice(1);
    Rate wrong;
    for (int i = 0; i < 4000; ++i) wrong.count(names_a_difference(table(noise, 0, dice)));
    MESSAGE(name << ": " << wrong.events << " of " << wrong.trials << " tables, at most " << 100 * wrong.at_most()
                 << " %");
    CHECK(wrong.is_compatible_with_at_most(kMatrixAlpha));
  }
}

TEST_CASE("rates: five times the scatter of a launch is found") {
  std::mt19937_64 dice(2);
  Rate won;
  Rate wrong;
  for (int i = 0; i < 500; ++i) {
    for (const MatrixRow& row : table(Noise::Normal, 0.01, dice).rows) {
      won.count(row.winner == kImplementations - 1);
      wrong.count(row.winner.has_value() && row.winner != kImplementations - 1);
    }
  }
  MESSAGE("found " << won.events << " of " << won.trials << " winners of 1 % where launches scatter by 0.2 %");
  CHECK(won.value() > 0.9);
  CHECK(wrong.events == 0);
}
