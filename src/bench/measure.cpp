#include "src/bench/measure.h"

#include <fmt/format.h>

#include <algorithm>

#include "src/bench/case_memory.h"
#include "src/bench/module.h"
#include "src/bench/schedule.h"

namespace ratchet::bench {

namespace {

// Rounds for choosing the batch: the median of five forgets one interruption on each side.
constexpr std::uint64_t kProbeRounds = 5;
constexpr std::uint64_t kWarmupCap = 5;  // times the warm-up asked for
constexpr double kCoarse = 0.001;        // tick as a share of the interval, above which a warning is due

// Thrown when failures that are already in the result end the case.
struct Stopped {};

// An error of the device while a side works is that side's.
template <typename Work>
void on_behalf_of(const std::string& side, const Work& work) {
  try {
    work();
  } catch (const CaseError& error) {
    Failure failure = error.failure();
    if (failure.side.empty()) failure.side = side;
    throw CaseError(failure);
  }
}

// A side with its case prepared and the answer it should give.
struct Contender {
  std::unique_ptr<PreparedCase> prepared;
  std::vector<Memory> expected;  // in double, one for each output
};

class CaseLaunch {
 public:
  CaseLaunch(Device& device, std::span<const Side> sides, const MeasureSettings& settings, Measured& measured);
  void run();

 private:
  void prepare_if_available(const Side& side);
  void prepare(const Side& side);
  void verify(const char* when, Timer* timer);
  void verify_side(std::size_t side, const char* when, Timer* timer);
  [[nodiscard]] std::unique_ptr<Timer> make_timer(std::uint64_t batch);
  [[nodiscard]] std::unique_ptr<Timer> timer_with_batch();
  void warm_up(Timer& timer);
  void time(Timer& timer);
  [[nodiscard]] std::vector<Round> rounds(Timer& timer, std::uint64_t count);

  Device& device_;
  MeasureSettings settings_;
  DuetCase& result_;
  std::optional<Telemetry>& reading_;
  bool cold_;
  CaseMemory memory_;
  std::vector<Contender> contenders_;
};

CaseLaunch::CaseLaunch(Device& device, std::span<const Side> sides, const MeasureSettings& settings, Measured& measured)
    : device_(device),
      settings_(settings),
      result_(measured.outcome),
      reading_(measured.reading),
      cold_(sides.back().which->l2 == RATCHET_L2_COLD),
      memory_(device, *sides.back().which) {
  for (const Side& side : sides) prepare_if_available(side);
  if (!result_.failures.empty()) throw Stopped();
}

// All sides are asked before their absence stops the case: whether one or both lack something makes different verdicts.
void CaseLaunch::prepare_if_available(const Side& side) {
  try {
    on_behalf_of(side.name, [&] { prepare(side); });
  } catch (const CaseError& error) {
    if (error.failure().kind != kUnavailable) throw;
    result_.failures.push_back(error.failure());
  }
}

void CaseLaunch::prepare(const Side& side) {
  const std::uint64_t before = device_.used_bytes();
  Contender& contender = contenders_.emplace_back();
  contender.prepared = std::make_unique<PreparedCase>(side, device_.lend(), memory_.pointers());
  device_.finish();
  const std::uint64_t after = device_.used_bytes();
  result_.facts.peak_memory_bytes = memory_.bytes() + (after > before ? after - before : 0);

  std::vector<double*> expected;
  for (const ratchet_buffer& output : memory_.outputs())
    expected.push_back(
        static_cast<double*>(contender.expected.emplace_back(allocate(device_, output.count * sizeof(double))).get()));
  contender.prepared->reference(expected);
  device_.finish();
  memory_.require_intact(side.name);
}

void CaseLaunch::run() {
  verify("before timing", nullptr);
  const Telemetry before = device_.telemetry();
  const std::unique_ptr<Timer> timer = timer_with_batch();
  warm_up(*timer);
  if (settings_.handicap_percent > 0) timer->plant(settings_.handicap_percent);
  time(*timer);
  reading_ = device_.telemetry();
  reading_->throttled_power_ns = std::max(0.0, reading_->throttled_power_ns - before.throttled_power_ns);
  reading_->throttled_thermal_ns = std::max(0.0, reading_->throttled_thermal_ns - before.throttled_thermal_ns);
  for (const std::string& warning : timer->warnings()) result_.warnings.push_back(warning);
  verify("after timing", timer.get());
}

// All sides are verified before any failure stops the case, so that a report names everything that is wrong.
void CaseLaunch::verify(const char* when, Timer* timer) {
  for (std::size_t side = 0; side < contenders_.size(); ++side)
    on_behalf_of(contenders_[side].prepared->side().name, [&] { verify_side(side, when, timer); });
  if (!result_.failures.empty()) throw Stopped();
}

// After timing, the very thing that was timed is run once more. The candidate answers to the baseline's reference as
// well as to its own, which it could have bent.
void CaseLaunch::verify_side(std::size_t side, const char* when, Timer* timer) {
  PreparedCase& prepared = *contenders_[side].prepared;
  const std::string& name = prepared.side().name;
  memory_.poison_outputs();
  timer ? timer->once(side) : prepared.launch();
  device_.finish();
  const bool is_candidate = side + 1 == contenders_.size();
  std::optional<Check>& check = is_candidate ? result_.candidate_check : result_.baseline_check;
  if (!check) check = Check{true, 0, 0};
  std::size_t output = 0;
  for (const ratchet_buffer& buffer : std::span(prepared.side().which->buffers, prepared.side().which->buffer_count)) {
    if (buffer.fill != RATCHET_OUTPUT) continue;
    for (const Contender& peer : std::span(contenders_).first(side + 1)) {
      const auto* const expected = static_cast<const double*>(peer.expected[output].get());
      const std::vector<RowSums> rows = device_.compare(buffer, memory_.output(output), expected);
      check = worst(*check, judge(buffer, rows));
      const std::string& whose = peer.prepared->side().name;
      if (const auto what = complaint(buffer, rows))
        result_.failures.push_back({"wrong_answer", name,
                                    whose == name
                                        ? fmt::format("{}: {}", when, *what)
                                        : fmt::format("{}, by the reference of the {}: {}", when, whose, *what)});
    }
    ++output;
  }
  memory_.require_intact(name);
}

std::unique_ptr<Timer> CaseLaunch::make_timer(std::uint64_t batch) {
  std::vector<PreparedCase*> sides;
  for (const Contender& contender : contenders_) sides.push_back(contender.prepared.get());
  return device_.timer(sides, {batch, cold_, settings_.handicap_percent > 0});
}

// Both sides get the batch that the faster one needs. A cold case has one call in an interval: the second would be
// warm.
std::unique_ptr<Timer> CaseLaunch::timer_with_batch() {
  const double wanted_ns = wanted_interval_ns(settings_.tick_ns, device_.shortest_interval_ns());
  std::uint64_t batch = 1;
  while (true) {
    std::unique_ptr<Timer> timer = make_timer(batch);
    std::vector<double> shortest;
    for (const Round& round : rounds(*timer, kProbeRounds))
      shortest.push_back(static_cast<double>(contenders_.size() == 1 ? round[0] : std::min(round[0], round[1])));
    const double interval_ns = median(shortest);
    const std::uint64_t next = cold_ ? batch : next_batch(batch, interval_ns, wanted_ns);
    if (next != batch && timer->batch() == batch) {
      batch = next;
      continue;
    }
    result_.facts.batch = timer->batch();
    if (settings_.tick_ns > kCoarse * interval_ns)
      result_.warnings.push_back(fmt::format("the timer's tick of {:.0f} ns is {:.2g} % of the interval",
                                             settings_.tick_ns, 100 * settings_.tick_ns / interval_ns));
    return timer;
  }
}

void CaseLaunch::warm_up(Timer& timer) {
  const std::uint64_t block = std::max<std::uint64_t>(1, settings_.warmup / 5);
  std::vector<double> medians;
  for (std::uint64_t done = 0; done < kWarmupCap * settings_.warmup; done += block) {
    if (done >= settings_.warmup && steady(medians, device_.steady_tolerance())) return;
    std::vector<double> times;
    for (const Round& round : rounds(timer, block)) times.push_back(static_cast<double>(round[0] + round[1]));
    medians.push_back(median(std::move(times)));
  }
  if (settings_.warmup > 0 && !steady(medians, device_.steady_tolerance()))
    result_.warnings.push_back(
        fmt::format("times were not steady after {} warm-up rounds", kWarmupCap * settings_.warmup));
}

void CaseLaunch::time(Timer& timer) {
  const auto batch = static_cast<double>(result_.facts.batch);
  DuetLaunch launch;
  for (const Round& round : rounds(timer, settings_.rounds)) {
    if (contenders_.size() == 2) launch.baseline_ns.push_back(static_cast<double>(round[0]) / batch);
    launch.candidate_ns.push_back(static_cast<double>(round[contenders_.size() - 1]) / batch);
  }
  const auto lost = [](double time_ns) { return !(time_ns > 0); };
  if (std::any_of(launch.baseline_ns.begin(), launch.baseline_ns.end(), lost) ||
      std::any_of(launch.candidate_ns.begin(), launch.candidate_ns.end(), lost))
    throw CaseError("device_error", "",
                    "an interval took no time: the work is too short for the timer, or is not done");
  result_.launches.push_back(std::move(launch));
}

std::vector<Round> CaseLaunch::rounds(Timer& timer, std::uint64_t count) {
  return timer.rounds(round_order(count, settings_.seed));
}

}  // namespace

Measured measure(Device& device, std::span<const Side> sides, const MeasureSettings& settings) {
  Measured measured;
  DuetCase& outcome = measured.outcome;
  outcome.facts = facts_of(*sides.back().which);
  outcome.facts.handicap_percent = settings.handicap_percent;
  if (sides.size() == 2) outcome.baseline_definition = definition_hash(*sides.front().which);
  try {
    CaseLaunch(device, sides, settings, measured).run();
  } catch (const CaseError& error) {
    outcome.failures.push_back(error.failure());
  } catch (const Stopped&) {
  }
  if (!outcome.failures.empty()) outcome.launches.clear();
  return measured;
}

}  // namespace ratchet::bench
