#include "ratchet/race.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "ratchet/environment.h"
#include "ratchet/error.h"
#include "ratchet/log_ratio.h"
#include "ratchet/matrix_rows.h"
#include "ratchet/policy.h"
#include "ratchet/statistics.h"
#include "ratchet/summary.h"

namespace ratchet {
namespace {

using Indices = std::vector<std::size_t>;

// Launches that prove anything: a tick is no scatter, and two launches hardly one.
const std::size_t kFewest = Policy{}.min_stored_launches;

// What one part of a race, the heats or the final, knows of a variant.
struct Track {
  const Measurement* measured = nullptr;
  std::vector<double> logs;  // of the medians of launches
  LogSamples samples;
  double half_tick = 0;  // of its median, as a ratio: what launches that all round alike do not show
};

struct Course {
  std::vector<Track> heats;
  std::vector<Track> final;
  Indices living;  // in declared order
  bool over = false;
  std::size_t launches = 0;        // of the heats, by all that live
  std::size_t final_launches = 0;  // of the final, by all finalists
  RaceResult result;
};

std::vector<Track> tracks_of(const Run& run, const std::vector<std::string>& variants) {
  std::vector<Track> tracks(variants.size());
  for (std::size_t i = 0; i < variants.size(); ++i) {
    const auto found = std::find_if(run.measurements.begin(), run.measurements.end(),
                                    [&](const Measurement& m) { return m.facts.id == variants[i]; });
    if (found == run.measurements.end()) continue;
    Track& track = tracks[i];
    track.measured = &*found;
    if (found->launches.empty()) continue;
    track.logs = logs_of(*found);
    track.samples = log_samples_of(*found);
    if (run.environment) {
      track.half_tick = run.environment->timer_tick_ns / static_cast<double>(found->facts.batch) / 2 /
                        median(launch_medians(found->launches));
    }
  }
  return tracks;
}

// Why a variant that was measured is out of the race, whatever its times.
std::string disqualified(const Track& track, const std::optional<Environment>& environment) {
  const Measurement& measured = *track.measured;
  if (!measured.failures.empty()) return measured.failures.front().message;
  if (measured.check && !measured.check->verified) return "its answer did not agree with its reference";
  if (!measured.check) return "nobody verified its answer";
  if (track.logs.empty()) return measured.warnings.empty() ? "was not measured" : measured.warnings.front();
  if (!environment) return "";
  const auto why = impossible(measured.facts, median(launch_medians(measured.launches)), *environment);
  return why ? "too fast to be true: " + *why : "";
}

// Failures count from both parts, so that who answers wrongly in the final did not win the heats either.
void disqualify(Course& course, const std::vector<Track>& tracks, const std::optional<Environment>& environment) {
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    if (tracks[i].measured == nullptr) continue;
    const std::string why = disqualified(tracks[i], environment);
    if (why.empty()) continue;
    Contender& one = course.result.contenders[i];
    one.fate = is_unavailable(tracks[i].measured->failures) ? Fate::Rejected : Fate::Failed;
    one.why = why;
    std::erase(course.living, i);
  }
}

double mean_of(const Track& track, std::size_t launches) { return mean(std::span(track.logs).first(launches)); }

std::size_t fastest(const std::vector<Track>& tracks, const Indices& among, std::size_t launches) {
  return *std::min_element(among.begin(), among.end(), [&](std::size_t a, std::size_t b) {
    return mean_of(tracks[a], launches) < mean_of(tracks[b], launches);
  });
}

// Notes what `which` looks like behind `leader`; true when it is proven slower, at the one-sided `level`.
bool proven_slower(Course& course, const std::vector<Track>& tracks, std::size_t which, std::size_t leader,
                   std::size_t launches, double level) {
  const LogRatio told =
      mean_of_launches(launch_log_ratios(tracks[leader].samples, tracks[which].samples, launches));
  const double width = tracks[which].half_tick + tracks[leader].half_tick + reach(told, level);
  Contender& one = course.result.contenders[which];
  one.behind = leader;
  one.ratio = std::exp(told.mean);
  one.at_least = std::exp(told.mean - width);
  one.at_most = std::exp(told.mean + width);
  one.why = launches < kFewest  ? std::to_string(launches) + " launches of at least " + std::to_string(kFewest)
            : !(width > 0) ? "every launch gave the same ratio, and the timer's tick is not known"
                           : "";
  return one.why.empty() && told.mean > width;
}

void eliminate(Course& course, std::size_t launches, double level) {
  const std::size_t leader = fastest(course.heats, course.living, launches);
  course.result.contenders[leader].behind = std::nullopt;
  for (const std::size_t which : Indices(course.living)) {
    if (which == leader || !proven_slower(course, course.heats, which, leader, launches, level)) continue;
    course.result.contenders[which].fate = Fate::Eliminated;
    course.result.contenders[which].launches = launches;
    std::erase(course.living, which);
  }
}

void cut_to_finalists(Course& course) {
  Indices order = course.living;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return mean_of(course.heats[a], course.launches) < mean_of(course.heats[b], course.launches);
  });
  for (std::size_t place = kFinalists; place < order.size(); ++place) {
    course.result.contenders[order[place]].fate = Fate::Cut;
    course.result.contenders[order[place]].launches = course.launches;
    std::erase(course.living, order[place]);
  }
}

std::size_t fewest_launches(const std::vector<Track>& tracks, const Indices& among) {
  std::size_t fewest = among.empty() ? 0 : tracks[among.front()].logs.size();
  for (const std::size_t which : among) fewest = std::min(fewest, tracks[which].logs.size());
  return fewest;
}

void run_heats(Course& course, const Race& race) {
  const auto timed = static_cast<std::size_t>(
      std::count_if(course.heats.begin(), course.heats.end(), [](const Track& track) { return !track.logs.empty(); }));
  const std::vector<std::size_t> looks = race_looks(race.rules.launches);
  course.result.comparisons = timed < 2 ? 0 : (timed - 1) * looks.size();
  const double level = race.rules.alpha / static_cast<double>(std::max<std::size_t>(1, course.result.comparisons));
  const bool begun = !race.heats.measurements.empty();
  for (const std::size_t look : looks) {
    course.over = begun && course.living.size() <= kFinalists;
    if (course.over || fewest_launches(course.heats, course.living) < look) break;
    eliminate(course, look, level);
  }
  course.launches = fewest_launches(course.heats, course.living);
  const bool spent = begun && course.launches >= looks.back();
  if (spent && course.living.size() > kFinalists) cut_to_finalists(course);
  course.over = begun && (spent || course.living.size() <= kFinalists);
  for (const std::size_t which : course.living) course.result.contenders[which].launches = course.launches;
}

void decide_final(Course& course, double alpha) {
  RaceResult& result = course.result;
  const auto finalists = static_cast<double>(course.living.size());
  const std::size_t leader = fastest(course.final, course.living, course.final_launches);
  const double level = course.living.size() < 2 ? alpha : alpha / (finalists * (finalists - 1));
  result.contenders[leader].fate = Fate::Tied;
  result.contenders[leader].behind = std::nullopt;
  for (const std::size_t which : course.living) {
    if (which == leader) continue;
    const bool slower = proven_slower(course, course.final, which, leader, course.final_launches, level);
    result.contenders[which].fate = slower ? Fate::Beaten : Fate::Tied;
  }
  const auto with = [&](Fate fate) {
    return std::count_if(result.contenders.begin(), result.contenders.end(),
                         [&](const Contender& one) { return one.fate == fate; });
  };
  result.proven = with(Fate::Tied) == 1 && with(Fate::Cut) == 0;
  // Not proven slower is not as fast: noise ties anything. An earlier one is taken for its simplicity only where what it
  // may cost is known to be little.
  result.taken = *std::find_if(course.living.begin(), course.living.end(), [&](std::size_t i) {
    const Contender& one = result.contenders[i];
    return i == leader || (one.fate == Fate::Tied && one.why.empty() && one.at_most <= 1 + kEqualWithin);
  });
  result.contenders[*result.taken].fate = Fate::Taken;
}

void summarize_times(Course& course) {
  MedianBootstraps bootstraps;
  for (std::size_t i = 0; i < course.heats.size(); ++i) {
    Contender& one = course.result.contenders[i];
    if (one.fate == Fate::Rejected || one.fate == Fate::Failed) continue;
    one.in_final = !course.final[i].logs.empty();
    const Track& track = one.in_final ? course.final[i] : course.heats[i];
    if (track.logs.empty()) continue;
    one.summary = summarize(track.measured->launches, track.measured->facts.bytes, "", bootstraps);
  }
}

Course run(const Race& race) {
  if (race.variants.empty()) throw Error("a race without variants");
  Course course;
  course.heats = tracks_of(race.heats, race.variants);
  course.final = tracks_of(race.final, race.variants);
  for (const std::string& id : race.variants) course.result.contenders.push_back({.id = id, .why = {}, .summary = {}, .behind = {}});
  course.living.resize(race.variants.size());
  std::iota(course.living.begin(), course.living.end(), std::size_t{0});
  std::vector<Telemetry> telemetry = race.heats.telemetry;
  telemetry.insert(telemetry.end(), race.final.telemetry.begin(), race.final.telemetry.end());
  course.result.degraded = degraded(telemetry, kind_of(race.heats.environment));
  disqualify(course, course.heats, race.heats.environment);
  run_heats(course, race);
  disqualify(course, course.final, race.heats.environment);
  course.final_launches = fewest_launches(course.final, course.living);
  const bool decided = course.over && !course.living.empty() && course.final_launches >= race.rules.final_launches;
  if (decided && !course.result.degraded) decide_final(course, race.rules.alpha);
  summarize_times(course);
  return course;
}

}  // namespace

std::vector<std::size_t> race_looks(std::size_t launches) {
  std::vector<std::size_t> looks;
  for (std::size_t look = kFewest; look < launches; look = look * 7 / 5) looks.push_back(look);
  looks.push_back(launches);
  return looks;
}

std::string to_string(Fate fate) {
  switch (fate) {
    case Fate::Rejected:
      return "rejected";
    case Fate::Failed:
      return "failed";
    case Fate::Eliminated:
      return "eliminated";
    case Fate::Cut:
      return "cut";
    case Fate::Beaten:
      return "beaten";
    case Fate::Tied:
      return "tied";
    case Fate::Taken:
      return "taken";
    case Fate::Racing:
      return "racing";
  }
  throw Error("a fate without a word");
}

RaceResult judge_race(const Race& race) { return run(race).result; }

std::optional<Heat> next_heat(const Race& race) {
  const Course course = run(race);
  if (course.result.degraded) return std::nullopt;
  const bool final = course.over;
  if (final && (course.living.empty() || course.final_launches >= race.rules.final_launches)) return std::nullopt;
  Heat heat{final, course.launches + (final ? course.final_launches : 0), {}};
  for (const std::size_t which : course.living) heat.cases.push_back(race.variants[which]);
  heat.cases = turned(std::move(heat.cases), heat.number);
  return heat;
}

}  // namespace ratchet
