#include "src/bench/measure.h"

#include <fmt/format.h>

#include <algorithm>

#include "ratchet/environment.h"
#include "ratchet/statistics.h"
#include "src/bench/case_launch.h"
#include "src/bench/module.h"
#include "src/bench/report.h"
#include "src/bench/schedule.h"

namespace ratchet::bench {

namespace {

constexpr std::uint64_t kWarmupCap = 5;  // times the warm-up asked for
// Times as many rounds: launching scatters by 5 % from interval to interval, work on a device by less than 1 %. Odd, so
// that odd numbers of samples stay odd.
constexpr std::uint64_t kMoreByHost = 9;

// Clocks weigh by their rounds; one that was not counted does not.
void append(Block& all, const Block& one) {
  const auto before = static_cast<double>(all.rounds.size());
  const auto more = static_cast<double>(one.rounds.size());
  for (std::size_t side = 0; side < all.clock_mhz.size(); ++side) {
    double& mean = all.clock_mhz[side];
    const double clock = one.clock_mhz[side];
    if (clock > 0) mean = mean > 0 ? (mean * before + clock * more) / (before + more) : clock;
  }
  all.rounds.insert(all.rounds.end(), one.rounds.begin(), one.rounds.end());
}

DuetCase not_measured(const Entrant& entrant) {
  DuetCase outcome;
  outcome.facts = facts_of(*entrant.sides.back().which);
  outcome.facts.handicap_percent = entrant.handicap_percent;
  if (entrant.sides.size() == 2) outcome.baseline_definition = definition_hash(*entrant.sides.front().which);
  return outcome;
}

using OnStep = std::function<void(std::size_t)>;

class Group {
 public:
  Group(Device& device, std::span<const Entrant> entrants, const MeasureSettings& settings, const OnStep& on_step,
        Measured& measured)
      : device_(device),
        entrants_(entrants),
        settings_(settings),
        on_step_(on_step),
        measured_(measured),
        pool_(device) {}
  void run();

 private:
  template <typename Work>
  void attempt(std::size_t which, const Work& work);
  template <typename Work>
  void each(const Work& work);
  [[nodiscard]] bool empty() const;
  // Energy is the whole device's, so it is a case's only where nothing else was measured.
  [[nodiscard]] bool is_alone() const { return entrants_.size() == 1 && entrants_.front().sides.size() == 1; }
  [[nodiscard]] std::vector<Block> rounds(std::uint64_t count);
  [[nodiscard]] bool steady() const;
  void warm_up();
  [[nodiscard]] std::vector<Block> timed_blocks();
  void time();

  Device& device_;
  std::span<const Entrant> entrants_;
  const MeasureSettings& settings_;
  const OnStep& on_step_;
  Measured& measured_;
  BufferPool pool_;
  std::vector<std::unique_ptr<CaseLaunch>> launches_;  // one an entrant; none when it has left
};

// An entrant that fails leaves the group with its failure, and gives its memory back.
template <typename Work>
void Group::attempt(std::size_t which, const Work& work) {
  try {
    work();
    return;
  } catch (const CaseError& error) {
    measured_.outcomes[which].failures.push_back(error.failure());
  } catch (const Stopped&) {
  }
  launches_[which].reset();
}

template <typename Work>
void Group::each(const Work& work) {
  for (std::size_t i = 0; i < launches_.size(); ++i)
    if (launches_[i]) attempt(i, [&] { work(*launches_[i], i); });
}

void Group::run() {
  launches_.resize(entrants_.size());
  for (const Entrant& entrant : entrants_) measured_.outcomes.push_back(not_measured(entrant));
  for (std::size_t i = 0; i < entrants_.size(); ++i) {
    on_step_(1);
    attempt(i, [&] {
      launches_[i] = std::make_unique<CaseLaunch>(pool_, entrants_[i], settings_, entrants_.size() > 1,
                                                  measured_.outcomes[i]);
    });
  }
  on_step_(entrants_.size());
  warm_up();
  each([](CaseLaunch& launch, std::size_t) { launch.plant(); });
  time();
  each([&](CaseLaunch& launch, std::size_t) {
    on_step_(1);
    launch.finish();
  });
  for (DuetCase& outcome : measured_.outcomes)
    if (!outcome.failures.empty()) outcome.launches.clear();
}

// Of an entrant alone they are queued at once. In a group each round asks every entrant for one interval: what drifts
// then drifts for all.
std::vector<Block> Group::rounds(std::uint64_t count) {
  std::vector<Block> blocks(launches_.size());
  if (launches_.size() == 1) {
    each([&](CaseLaunch& launch, std::size_t i) { blocks[i] = launch.rounds(round_order(count, settings_.seed)); });
    return blocks;
  }
  constexpr std::uint8_t kOnlySide = 0;
  for (std::uint64_t round = 0; round < count; ++round) {
    for (const std::size_t i : turns(launches_.size(), round, settings_.seed))
      if (launches_[i]) attempt(i, [&] { append(blocks[i], launches_[i]->rounds({&kOnlySide, 1})); });
  }
  return blocks;
}

bool Group::empty() const {
  return std::none_of(launches_.begin(), launches_.end(), [](const auto& one) { return one != nullptr; });
}

bool Group::steady() const {
  return std::all_of(launches_.begin(), launches_.end(), [](const auto& one) { return !one || one->steady(); });
}

void Group::warm_up() {
  const std::uint64_t block = std::max<std::uint64_t>(1, settings_.warmup / 5);
  for (std::uint64_t done = 0; done < kWarmupCap * settings_.warmup && !empty(); done += block) {
    if (done >= settings_.warmup && steady()) return;
    const std::vector<Block> blocks = rounds(block);
    each([&](CaseLaunch& launch, std::size_t i) { launch.warm(blocks[i]); });
  }
  if (settings_.warmup == 0) return;
  each([&](const CaseLaunch& launch, std::size_t i) {
    if (!launch.steady())
      measured_.outcomes[i].warnings.push_back(
          fmt::format("times were not steady after {} warm-up rounds", kWarmupCap * settings_.warmup));
  });
}

// A block in which the device slowed down is measured once more. Should it do so again, the times stand with the
// reading that keeps them from being judged.
std::vector<Block> Group::timed_blocks() {
  const Energy energy = is_alone() ? Energy::Read : Energy::Left;
  const bool by_host = std::any_of(entrants_.begin(), entrants_.end(), [](const Entrant& entrant) {
    return entrant.sides.back().which->timing == RATCHET_TIMED_BY_HOST;
  });
  const std::uint64_t count = by_host ? kMoreByHost * settings_.rounds : settings_.rounds;
  for (bool again = false;; again = true) {
    const Telemetry before = device_.telemetry(energy);
    std::vector<Block> blocks = rounds(count);
    if (empty()) return blocks;
    Telemetry& reading = measured_.reading.emplace(between(before, device_.telemetry(energy)));
    std::vector<double> clocks_mhz;
    for (const Block& block : blocks)
      for (const double clock_mhz : block.clock_mhz)
        if (clock_mhz > 0) clocks_mhz.push_back(clock_mhz);
    if (!clocks_mhz.empty()) reading.sm_clock_mhz = ratchet::mean(clocks_mhz);
    const auto why = throttled(reading);
    if (again || !why) return blocks;
    each([&](CaseLaunch&, std::size_t i) {
      measured_.outcomes[i].warnings.push_back("measured a second time: " + *why);
    });
  }
}

void Group::time() {
  const std::vector<Block> blocks = timed_blocks();
  each([&](CaseLaunch& launch, std::size_t i) {
    const double calls = static_cast<double>(measured_.outcomes[i].facts.batch * blocks[i].rounds.size());
    launch.keep(blocks[i], is_alone() ? measured_.reading->energy_j / calls : 0);
  });
}

}  // namespace

Measured measure(Device& device, std::span<const Entrant> group, const MeasureSettings& settings,
                 const OnStep& on_step) {
  Measured measured;
  Group(device, group, settings, on_step, measured).run();
  return measured;
}

}  // namespace ratchet::bench
