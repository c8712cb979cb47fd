// Machines that do not exist, for the tests of error rates: how times vary within a launch, between launches, between
// processes and between sessions. The parameters are assumptions, chosen to be unkind; real noise is in h200_test.cpp
// and rates_h200_test.cpp.
//
// Whatever both sides of a round share (session, warming up, drift, the process) is made of other random numbers than
// what each side has for itself. So a launch can be drawn whole, or only as the effect that is left of it when what is
// shared has cancelled, and both are the same launch; rates_shortcut_test.cpp shows that they are.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "ratchet/launch_effect.h"
#include "ratchet/run.h"
#include "ratchet/statistics.h"
#include "tests/ratchet/dice.h"

namespace ratchet::worlds {

inline constexpr std::size_t kRounds = 101;

enum class Modes { None, OfLaunch, OfSide };

// Standard deviations, coefficients of variation and sizes are ratios.
struct World {
  const char* name = "";
  // For each side by itself.
  double least_variation = 0.04;  // of iterations; a case draws its own, uniformly
  double most_variation = 0.09;
  double echo = 0.2;         // correlation of an iteration with the one before
  double outliers = 0.02;    // share of the iterations that take 5 to 50 % longer
  double residual = 0.0015;  // of version x process
  // For both sides of a round.
  double session = 0.01;
  double least_process = 0.005;
  double most_process = 0.01;
  double bad_processes = 0.01;  // share of the processes that are 1 to 4 % slower
  double drift = 0.003;         // an Ornstein-Uhlenbeck walk over the rounds
  double warming = 0.01;        // at most, either way, dying away within some ten launches
  double common_session = 0.7;  // share of the session's variance that all its cases have in common
  // Of 30 % of the cases, a second mode of +3 %, in a quarter of the launches: of both sides, or of each by itself.
  Modes modes = Modes::None;
};

inline constexpr World kCore{.name = "core"};
inline constexpr World kQuiet{.name = "quiet",
                              .least_variation = 0.01,
                              .most_variation = 0.04,
                              .session = 0.003,
                              .least_process = 0.0015,
                              .most_process = 0.004};
inline constexpr World kRough{.name = "rough",
                              .echo = 0.4,
                              .residual = 0.005,
                              .session = 0.03,
                              .least_process = 0.005,
                              .most_process = 0.015,
                              .bad_processes = 0.03,
                              .drift = 0.006};
inline constexpr World kBimodal{.name = "bimodal", .modes = Modes::OfLaunch};
inline constexpr World kBimodalSides{.name = "bimodal, sides apart", .modes = Modes::OfSide};
inline constexpr World kIid{.name = "iid",
                            .echo = 0,
                            .outliers = 0,
                            .residual = 0,
                            .session = 0,
                            .least_process = 0,
                            .most_process = 0,
                            .bad_processes = 0,
                            .drift = 0,
                            .warming = 0};
// Of a stored number: 1 % session, 0.75 % process, 0.75 % median of 100 iterations. Each case has sessions of its own,
// so that a mean over the cases shows a small bias.
inline constexpr World kStored{.name = "stored",
                               .least_variation = 0.06,
                               .most_variation = 0.06,
                               .echo = 0,
                               .outliers = 0,
                               .least_process = 0.0075,
                               .most_process = 0.0075,
                               .bad_processes = 0,
                               .drift = 0,
                               .warming = 0,
                               .common_session = 0};
inline constexpr std::array kAll{kCore, kQuiet, kRough, kBimodal, kBimodalSides, kIid};

// One session of one machine with its cases. The candidate's code is exp(shift) times as slow as the baseline's.
class Session {
 public:
  Session(const World& world, std::size_t cases, std::uint64_t seed)
      : world_(world), own_(2 * seed), shared_(2 * seed + 1), logs_(2 * kRounds), cases_(cases) {
    const double common = std::sqrt(world.common_session) * world.session * shared_.normal();
    for (Case& one : cases_) {
      const double variation = own_.between(world.least_variation, world.most_variation);
      one.spread = std::sqrt(std::log1p(variation * variation));
      one.two_modes = world.modes != Modes::None && own_.chance(0.3);
      one.session = common + std::sqrt(1 - world.common_session) * world.session * shared_.normal();
      one.process = shared_.between(world.least_process, world.most_process);
      one.warming = world.warming * shared_.between(-1, 1);
    }
  }

  // What is left of a launch of case `i` when all that its sides share has cancelled.
  LaunchEffect effect(std::size_t i, double shift) {
    draw_sides(i, shift);
    std::vector<double> log_ratios(kRounds);
    for (std::size_t r = 0; r < kRounds; ++r) log_ratios[r] = logs_[kRounds + r] - logs_[r];
    const TrimmedMean centre = trimmed_mean(std::move(log_ratios));
    return {centre.value, centre.variance};
  }

  // The same launch, whole; `number` counts the launches of the session from 0.
  DuetLaunch launch(std::size_t i, std::size_t number, double shift) {
    draw_sides(i, shift);
    const double level = process_level(i, number);
    double drift = shared_.normal();
    DuetLaunch made;
    for (std::size_t r = 0; r < kRounds; ++r) {
      const double both = level + world_.drift * drift;
      made.baseline_ns.push_back(20000 * std::exp(both + logs_[r]));
      made.candidate_ns.push_back(20000 * std::exp(both + logs_[kRounds + r]));
      drift = kDrift * drift + std::sqrt(1 - kDrift * kDrift) * shared_.normal();
    }
    return made;
  }

  // One side alone, as a gate measures it that stores numbers: `samples` iterations of one process.
  std::vector<double> alone_ns(std::size_t i, std::size_t samples, double shift) {
    logs_.resize(std::max(logs_.size(), samples));
    draw_iterations(cases_[i].spread, 0, samples);
    const double level = process_level(i, 0) + shift;
    std::vector<double> times(samples);
    for (std::size_t r = 0; r < samples; ++r) times[r] = 20000 * std::exp(level + logs_[r]);
    return times;
  }

 private:
  static constexpr double kDrift = 0.9;  // of a round on the next one

  struct Case {
    double spread = 0;  // of the logarithm of an iteration
    bool two_modes = false;
    double session = 0;
    double process = 0;
    double warming = 0;
  };

  void draw_iterations(double spread, std::size_t first, std::size_t count) {
    const double fresh = std::sqrt(1 - world_.echo * world_.echo);
    double score = own_.normal();
    for (std::size_t r = first; r < first + count; ++r) {
      logs_[r] = spread * score;
      if (world_.outliers > 0 && own_.chance(world_.outliers)) logs_[r] += std::log1p(own_.between(0.05, 0.5));
      score = world_.echo * score + fresh * own_.normal();
    }
  }

  // Logarithms of the baseline's rounds, then of the candidate's.
  void draw_sides(std::size_t i, double shift) {
    const Case& one = cases_[i];
    const double candidate = shift + world_.residual * own_.normal();
    for (const std::size_t side : {std::size_t{0}, std::size_t{1}}) {
      draw_iterations(one.spread, side * kRounds, kRounds);
      const bool slow = one.two_modes && world_.modes == Modes::OfSide && own_.chance(0.25);
      const double level = (side == 1 ? candidate : 0) + (slow ? 0.03 : 0);
      for (std::size_t r = 0; r < kRounds; ++r) logs_[side * kRounds + r] += level;
    }
  }

  double process_level(std::size_t i, std::size_t number) {
    const Case& one = cases_[i];
    double level = one.session + one.process * shared_.normal();
    level += one.warming * std::exp(-static_cast<double>(number) / 6);
    if (shared_.chance(world_.bad_processes)) level += shared_.between(0.01, 0.04);
    if (one.two_modes && world_.modes == Modes::OfLaunch && shared_.chance(0.25)) level += 0.03;
    return level;
  }

  World world_;
  Dice own_;
  Dice shared_;
  std::vector<double> logs_;
  std::vector<Case> cases_;
};

}  // namespace ratchet::worlds
