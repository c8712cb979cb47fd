#include "src/bench/case_launch.h"

#include <fmt/format.h>

#include <algorithm>

#include "src/bench/host_timer.h"
#include "src/bench/module.h"
#include "src/bench/schedule.h"

namespace ratchet::bench {

namespace {

// Rounds for choosing the batch: the median of five forgets one interruption on each side.
constexpr std::uint64_t kProbeRounds = 5;
constexpr double kCoarse = 0.001;        // tick as a share of the interval, above which a warning is due
// Times as long as the device's shortest interval: what cold calls have written last goes to memory after theirs.
constexpr double kLongerCold = 2;
constexpr double kLaunchBound = 0.5;     // empty launch as a share of a call, above which a warning is due

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

}  // namespace

CaseLaunch::CaseLaunch(BufferPool& pool, const Entrant& entrant, const MeasureSettings& settings, bool in_company,
                       DuetCase& result)
    : device_(pool.device()),
      settings_(settings),
      handicap_percent_(entrant.handicap_percent),
      in_company_(in_company),
      result_(result) {
  const ratchet_case& which = *entrant.sides.back().which;
  const auto add_set = [&] {
    sets_.push_back(std::make_unique<CaseMemory>(pool, which, settings.inputs, sets_.size()));
  };
  add_set();
  if (which.l2 == RATCHET_L2_COLD) {
    // A call that touches a part of its buffers pushes no more than that out of the cache.
    const std::uint64_t moved = std::min(which.bytes, sets_.front()->bytes());
    const std::uint64_t sets = rotation_sets(moved, device_.eviction_bytes());
    flush_ = sets == 0;
    while (sets_.size() < sets) add_set();
  }
  contenders_.resize(entrant.sides.size());
  for (const std::size_t i : side_order(contenders_.size(), settings.launch))
    prepare_if_available(entrant.sides[i], contenders_[i]);
  if (!result_.failures.empty()) throw Stopped();
  verify("before timing");
  timer_ = timer_with_batch();
}

// All sides are asked before their absence stops the case: whether one or both lack something makes different verdicts.
void CaseLaunch::prepare_if_available(const Side& side, Contender& contender) {
  try {
    on_behalf_of(side.name, [&] { prepare(side, contender); });
  } catch (const CaseError& error) {
    if (error.failure().kind != kUnavailable) throw;
    result_.failures.push_back(error.failure());
  }
}

void CaseLaunch::prepare(const Side& side, Contender& contender) {
  const std::uint64_t before = device_.used_bytes();
  for (const auto& set : sets_) {
    contender.prepared.push_back(std::make_unique<PreparedCase>(side, device_.lend(), set->pointers()));
    if (contender.prepared.size() > 1 || &contender != &contenders_.back()) continue;
    device_.finish();
    const std::uint64_t after = device_.used_bytes();
    result_.facts.peak_memory_bytes = set->bytes() + (after > before ? after - before : 0);
  }
  std::vector<double*> expected;
  for (const ratchet_buffer& output : sets_.front()->outputs())
    expected.push_back(
        static_cast<double*>(contender.expected.emplace_back(allocate(device_, output.count * sizeof(double))).get()));
  contender.prepared.front()->reference(expected);
  device_.finish();
  sets_.front()->require_intact(side.name);
}

void CaseLaunch::finish() {
  for (const std::string& warning : timer_->warnings()) result_.warnings.push_back(warning);
  verify("after timing");
  if (!settings_.find_leaks) return;
  for (const Contender& contender : contenders_)
    on_behalf_of(contender.side().name, [&] { find_leak(contender.side()); });
}

// The first use may load code for good; what a second one keeps it would keep each time. Memory is handed out in pages,
// so a small leak may not show.
void CaseLaunch::find_leak(const Side& side) {
  const auto used_after_use = [&] {
    PreparedCase(side, device_.lend(), sets_.front()->pointers()).launch();
    device_.finish();
    return device_.used_bytes();
  };
  const std::uint64_t before = used_after_use();
  const std::uint64_t after = used_after_use();
  if (after > before)
    result_.warnings.push_back(fmt::format("{}{} bytes of the device's memory are not given back by release()",
                                           side.name.empty() ? "" : side.name + ": ", after - before));
}

// All sides are verified before any failure stops the case, so that a report names everything that is wrong.
void CaseLaunch::verify(const char* when) {
  for (std::size_t side = 0; side < contenders_.size(); ++side)
    on_behalf_of(contenders_[side].side().name, [&] { verify_side(side, when); });
  if (!result_.failures.empty()) throw Stopped();
}

// After timing, the very thing that was timed is run once more, and every set of buffers must hold the answer.
void CaseLaunch::verify_side(std::size_t side, const char* when) {
  for (const auto& set : sets_) set->poison_outputs();
  timer_ ? timer_->once(side) : contenders_[side].prepared.front()->launch();
  device_.finish();
  for (std::size_t set = 0; set < (timer_ ? sets_.size() : 1); ++set) compare(side, set, when);
  if (timer_ && result_.failures.empty()) verify_last_call(side);
}

// A batch could do its work in the first call and find the answer there in all others. So the last of a batch of calls
// meets outputs that are neither poison nor right.
void CaseLaunch::verify_last_call(std::size_t side) {
  const auto& prepared = contenders_[side].prepared;
  const std::uint64_t last = result_.facts.batch - 1;
  for (std::uint64_t call = 0; call < last; ++call) prepared[call % prepared.size()]->launch();
  const std::size_t set = last % prepared.size();
  sets_[set]->fake_outputs();
  prepared[set]->launch();
  device_.finish();
  compare(side, set, "in the last call of a batch");
}

// The candidate answers to the baseline's reference as well as to its own, which it could have bent.
void CaseLaunch::compare(std::size_t side, std::size_t set, const char* when) {
  const Side& judged = contenders_[side].side();
  const bool is_candidate = side + 1 == contenders_.size();
  std::optional<Check>& check = is_candidate ? result_.candidate_check : result_.baseline_check;
  if (!check) check = Check{true, 0, 0};
  std::size_t output = 0;
  for (const ratchet_buffer& buffer : std::span(judged.which->buffers, judged.which->buffer_count)) {
    if (buffer.fill != RATCHET_OUTPUT) continue;
    for (const Contender& peer : std::span(contenders_).first(side + 1)) {
      const auto* const expected = static_cast<const double*>(peer.expected[output].get());
      const OutputErrors errors = device_.compare(buffer, sets_[set]->output(output), expected);
      check = worst(*check, judge(buffer, errors));
      const std::string& whose = peer.side().name;
      if (const auto what = complaint(buffer, errors))
        result_.failures.push_back({"wrong_answer", judged.name,
                                    whose == judged.name
                                        ? fmt::format("{}: {}", when, *what)
                                        : fmt::format("{}, by the reference of the {}: {}", when, whose, *what)});
    }
    ++output;
  }
  sets_[set]->require_intact(judged.name);
}

std::unique_ptr<Timer> CaseLaunch::make_timer(std::uint64_t batch) {
  std::vector<Rotation> sides;
  for (const Contender& contender : contenders_) {
    Rotation& rotation = sides.emplace_back();
    for (const auto& prepared : contender.prepared) rotation.push_back(prepared.get());
  }
  const ratchet_case& which = *contenders_.back().side().which;
  const bool rewarm = in_company_ && which.l2 == RATCHET_L2_WARM;
  const TimerSettings settings{batch, flush_, handicap_percent_ > 0, rewarm};
  if (which.timing == RATCHET_TIMED_BY_DEVICE) return device_.timer(sides, settings);
  return std::make_unique<HostTimer>(sides, settings, 0, [this] { device_.finish(); });
}

// Both sides get the batch that the faster one needs, in whole turns of the sets. After a flush there is one call in an
// interval: the second would be warm.
std::unique_ptr<Timer> CaseLaunch::timer_with_batch() {
  const std::uint64_t sets = sets_.size();
  const double wanted_ns =
      wanted_interval_ns(settings_.tick_ns, settings_.floor.interval_ns,
                         device_.shortest_interval_ns() * (sets > 1 ? kLongerCold : 1));
  std::uint64_t batch = sets;
  while (true) {
    std::unique_ptr<Timer> timer = make_timer(batch);
    std::vector<double> shortest;
    for (const Round& round : timer->rounds(round_order(kProbeRounds, settings_.seed)).rounds)
      shortest.push_back(static_cast<double>(contenders_.size() == 1 ? round[0] : std::min(round[0], round[1])));
    const double interval_ns = median(shortest);
    const std::uint64_t next = flush_ ? batch : (next_batch(batch, interval_ns, wanted_ns) + sets - 1) / sets * sets;
    if (next != batch && timer->batch() == batch) {
      batch = next;
      continue;
    }
    result_.facts.batch = timer->batch();
    result_.facts.kernels = timer->work(contenders_.size() - 1);
    if (contenders_.size() == 2) result_.baseline_kernels = timer->work(0);
    if (settings_.tick_ns > kCoarse * interval_ns)
      result_.warnings.push_back(fmt::format("the timer's tick of {:.0f} ns is {:.2g} % of the interval",
                                             settings_.tick_ns, 100 * settings_.tick_ns / interval_ns));
    warn_of_floor(interval_ns / static_cast<double>(timer->batch()));
    return timer;
  }
}

void CaseLaunch::warn_of_floor(double call_ns) {
  if (settings_.floor.launch_ns > kLaunchBound * call_ns)
    result_.warnings.push_back(
        fmt::format("a launch of nothing takes {:.0f} % of a call: the launch is measured more than "
                    "the work",
                    100 * settings_.floor.launch_ns / call_ns));
}

void CaseLaunch::warm(const Block& block) {
  std::vector<double> times;
  for (const Round& round : block.rounds) times.push_back(static_cast<double>(round[0] + round[1]));
  warm_medians_.push_back(median(std::move(times)));
}

bool CaseLaunch::steady() const { return bench::steady(warm_medians_, device_.steady_tolerance()); }

void CaseLaunch::plant() {
  if (handicap_percent_ > 0) timer_->plant(handicap_percent_);
}

void CaseLaunch::keep(const Block& block, double energy_j) {
  const auto batch = static_cast<double>(result_.facts.batch);
  DuetLaunch launch;
  if (contenders_.size() == 2) launch.baseline_clock_mhz = block.clock_mhz[0];
  launch.candidate_clock_mhz = block.clock_mhz[contenders_.size() - 1];
  launch.energy_j = energy_j;
  for (const Round& round : block.rounds) {
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

}  // namespace ratchet::bench
