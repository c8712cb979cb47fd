// How often a table of identical implementations names a difference, and how often it finds a true one.
#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <string>

#include "dice.h"
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

constexpr std::size_t kRounds = 11;

// The same where rounds took turns: what a launch shares, what all of a round share (a drift through the launch, and moments
// that are slow for everyone), and little that is an implementation's own, by launch and by round. With `lost`, each
// implementation lacks another number of rounds of the first launch, so that only medians can be compared.
Matrix table_in_turn(double gain, bool lost, Dice& dice) {
  MatrixSource source;
  for (std::size_t row = 0; row < kRows; ++row) {
    std::vector<std::vector<double>> shared(kLaunches);
    for (std::vector<double>& launch : shared) {
      const double of_launch = 0.02 * dice.normal();
      const double drift = 0.03 * dice.normal();
      for (std::size_t round = 0; round < kRounds; ++round)
        launch.push_back(of_launch + drift * static_cast<double>(round) / kRounds + 0.01 * dice.normal());
    }
    for (std::size_t which = 0; which < kImplementations; ++which) {
      Measurement& one = source.run.measurements.emplace_back();
      one.facts.id = "a/i" + std::to_string(which) + "/n=" + std::to_string(row);
      one.check = Check{true, 0, 0};
      const double faster = which + 1 == kImplementations ? gain : 0;
      for (const std::vector<double>& launch : shared) {
        const double own = 0.0005 * dice.normal() - faster;
        std::vector<double>& times = one.launches.emplace_back();
        for (const double common : launch) times.push_back(1000 * std::exp(common + own + 0.001 * dice.normal()));
      }
      if (lost) one.launches.front().resize(kRounds - which);
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

TEST_CASE("rates: where rounds took turns, identical implementations differ with at most 1 %, by rounds or by medians") {
  for (const bool lost : {false, true}) {
    Dice dice(3);
    Rate wrong;
    for (int i = 0; i < 1000; ++i) wrong.count(names_a_difference(table_in_turn(0, lost, dice)));
    MESSAGE(std::string(lost ? "by medians: " : "by rounds: ") << wrong.events << " of " << wrong.trials << " tables");
    CHECK(wrong.is_compatible_with_at_most(kMatrixAlpha));
  }
}

TEST_CASE("rates: what a round shares does not hide a difference that is compared round by round") {
  const auto found = [](bool lost) {
    Dice dice(4);
    Rate won;
    for (int i = 0; i < 100; ++i) {
      for (const MatrixRow& row : table_in_turn(0.003, lost, dice).rows) won.count(row.winner == kImplementations - 1);
    }
    return won;
  };
  const Rate by_rounds = found(false);
  const Rate by_medians = found(true);
  MESSAGE("winners of 0.3 % found in " << by_rounds.events << " of " << by_rounds.trials << " rows by rounds, in "
                                       << by_medians.events << " by medians");
  CHECK(by_rounds.value() > 0.9);
  CHECK(by_medians.value() < 0.5);
}
