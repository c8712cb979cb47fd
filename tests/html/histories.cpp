#include "histories.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <random>

namespace histories {
namespace {

using ratchet::documents::HistoryDocument;

const char* const kEvil =
    "</script><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">\"'&amp;<!--";

// std::normal_distribution differs between libraries; this sum does not.
double noise(std::mt19937& random) {
  double sum = 0;
  for (int i = 0; i < 12; ++i) sum += static_cast<double>(random()) / 4294967296.0;
  return sum - 6;
}

std::string instant(std::size_t hour) {
  std::array<char, 64> text{};
  const std::size_t day = hour / 24;
  std::snprintf(text.data(), text.size(), "%04zu-%02zu-%02zuT%02zu:00:00Z", 2024 + day / 336, 1 + day / 28 % 12,
                1 + day % 28, hour % 24);
  return text.data();
}

std::string sha_of(std::size_t commit) {
  std::mt19937 random(static_cast<unsigned>(commit));
  std::string sha;
  for (int i = 0; i < 40; ++i) sha += "0123456789abcdef"[random() % 16];
  return sha;
}

ratchet::Environment environment(const std::string& driver) {
  ratchet::Environment one;
  one.device.kind = "cuda";
  one.device.name = "NVIDIA L4";
  one.device.uuid = "GPU-5e";
  one.driver = driver;
  one.cuda_runtime = "13.0";
  one.clock_policy = "locked:1500";
  return one;
}

HistoryDocument frame(std::size_t commits) {
  static constexpr std::array kSubjects{"Unroll the inner loop of the copy",
                                        "Rename a parameter",
                                        "Stage tiles through shared memory",
                                        "Fix a bound",
                                        "Use wider loads",
                                        "Update the documents",
                                        "Fuse the scale into the softmax"};
  HistoryDocument history;
  history.tool = "ratchet 0.1.0";
  history.made_at = "2026-11-26T02:00:00Z";
  history.repository = "kernels";
  history.environments = {environment("570.86.10"), environment("580.159.04")};
  for (std::size_t i = 0; i < commits; ++i) {
    ratchet::Commit commit;
    commit.sha = sha_of(i);
    commit.subject = kSubjects[i * 5 % kSubjects.size()];
    commit.time = instant(i * 4);
    history.commits.push_back(commit);
    history.runs.push_back({"run-" + std::to_string(i), i, i * 5 < commits * 2 ? 0U : 1U, instant(i * 4 + 1)});
  }
  return history;
}

ratchet::Interval about(double median_ns, double half) { return {median_ns * (1 - half), median_ns * (1 + half)}; }

struct Level {
  double at;      // share of the history at which it begins
  double factor;  // of the first level
  const char* verdict;
  const char* step;  // kind of the baseline's move, or none
  const char* reason;
};

// Of every third case: two improvements, a slowdown that a person accepts, a regression that is undone.
constexpr std::array kLevels{Level{0, 1, "held", "set", ""},
                             Level{0.2, 0.94, "improved", "advanced", ""},
                             Level{0.45, 0.985, "accepted", "accepted",
                                   "Exact softmax for long rows: the old one lost 3 digits. Agreed in review."},
                             Level{0.62, 1.035, "regressed", nullptr, ""},
                             Level{0.66, 0.984, "held", nullptr, ""},
                             Level{0.85, 0.93, "improved", "advanced", ""}};

HistoryDocument::Series series_of(std::size_t number, std::size_t points) {
  std::mt19937 random(static_cast<unsigned>(number + 1));
  HistoryDocument::Series series;
  series.facts.id = number % 3 == 0 ? "attention/tiled/B=32,H=8,S=512,D=64,dtype=fp16,causal=" + std::to_string(number)
                                    : "copy/vectorized/bytes=" + std::to_string(4096 << (number % 12)) +
                                          ",n=" + std::to_string(number);
  series.facts.bytes = 1048576;
  series.facts.l2 = "cold";
  series.facts.source = "kernels/copy/copy.cu:42";
  series.device = "NVIDIA L4";
  series.tolerance = 0.005;
  const double base_ns = 4000.0 * std::pow(1.07, static_cast<double>(number % 60));
  const std::size_t levels = number % 3 == 0 ? kLevels.size() : 1 + number % 2;
  std::size_t level = 0;
  for (std::size_t i = 0; i < points; ++i) {
    const bool begins = i == 0 || (level + 1 < levels &&
                                   static_cast<double>(i) >= kLevels.at(level + 1).at * static_cast<double>(points));
    if (begins && i > 0) ++level;
    const Level& now = kLevels.at(level);
    const double level_ns = base_ns * now.factor * (i * 5 < points * 2 ? 1.0 : 1.003);
    const double median_ns = level_ns * (1 + 0.0015 * noise(random));
    series.points.push_back({i, median_ns, about(median_ns, 0.002 + 0.0005 * std::abs(noise(random))),
                             begins || now.verdict == std::string("regressed") ? now.verdict : "held"});
    if (begins && now.step != nullptr)
      series.steps.push_back({i, now.step, sha_of(i), instant(i * 4 + 2), median_ns, about(median_ns, 0.002),
                              now.reason, "Ann <ann@example.org>"});
    if (begins && i > 0)
      series.change_points.push_back({i, base_ns * kLevels.at(level - 1).factor, base_ns * now.factor});
  }
  for (std::size_t i = 1; i < points; ++i) {
    if (i * 5 >= points * 2 && (i - 1) * 5 < points * 2)
      series.breaks.push_back({i, {"driver 570.86.10 -> 580.159.04"}});
  }
  if (points > 100 && number == 0) series.drifts.push_back({points * 9 / 10, sha_of(points * 22 / 25), true});
  static constexpr std::array kWords{"held", "held",         "improved",  "held", "regressed",
                                     "held", "inconclusive", "identical", "held", "accepted"};
  HistoryDocument::Judgement judgement;
  judgement.verdict = kWords.at(number % kWords.size());
  if (judgement.verdict != "identical") {
    judgement.change = (judgement.verdict == "regressed"  ? 0.021
                        : judgement.verdict == "improved" ? -0.034
                                                          : 0.0004) +
                       0.0001 * noise(random);
    judgement.change_ci = {*judgement.change - 0.0008, *judgement.change + 0.0009};
  }
  judgement.made_at = instant(points * 4);
  series.newest = judgement;
  return series;
}

HistoryDocument::Samples samples_of(std::size_t series, std::size_t run, double median_ns) {
  std::mt19937 random(static_cast<unsigned>(run + 77));
  HistoryDocument::Samples samples{series, run, {}};
  for (int launch = 0; launch < 5; ++launch) {
    const double place = 1 + 0.002 * noise(random);
    auto& list = samples.launches.emplace_back();
    for (int i = 0; i < 101; ++i)
      list.push_back(median_ns * place * (1 + 0.004 * noise(random) + (i % 17 == 0 ? 0.02 : 0)));
  }
  return samples;
}

const char* const kCalibration =
    R"({"format":"ratchet.calibration/1","made_at":"2026-11-25T03:00:00Z","policy":{"alpha":0.001,"beta":0.05},
"launches":61,"launches_per_check":3.4,"seconds_per_check":2.1,
"false_alarms":{"measured":{"hits":0,"trials":69,"rate":0,"interval":[0,0.052]},"resampled":{"hits":1,"trials":1000,"rate":0.001}},
"cases":[{"case":"copy/vectorized/bytes=8192,n=1","launches":2.4,"detectable":0.0056,
 "false_alarms":{"measured":{"hits":0,"trials":69,"rate":0,"interval":[0,0.052]},"resampled":{"hits":0,"trials":1000,"rate":0}},
 "held":{"measured":{"hits":68,"trials":69,"rate":0.986,"interval":[0.92,1]},"resampled":{"hits":990,"trials":1000,"rate":0.99}},
 "power":[{"planted_percent":0.25,"change":0.0024,"measured":{"hits":1,"trials":20,"rate":0.05,"interval":[0.001,0.25]},"resampled":{"hits":80,"trials":1000,"rate":0.08}},
          {"planted_percent":0.5,"change":0.0051,"measured":{"hits":15,"trials":20,"rate":0.75,"interval":[0.51,0.91]},"resampled":{"hits":810,"trials":1000,"rate":0.81}},
          {"planted_percent":1,"change":0.0099,"measured":{"hits":20,"trials":20,"rate":1,"interval":[0.83,1]},"resampled":{"hits":1000,"trials":1000,"rate":1}}]},
 {"case":"attention/tiled/B=32","launches":5.2,
 "false_alarms":{"measured":{"hits":0,"trials":69,"rate":0,"interval":[0,0.052]},"resampled":{"hits":0,"trials":1000,"rate":0}},
 "held":{"measured":{"hits":60,"trials":69,"rate":0.87,"interval":[0.77,0.94]},"resampled":{"hits":880,"trials":1000,"rate":0.88}},
 "power":[{"planted_percent":1,"change":0.01,"measured":{"hits":12,"trials":20,"rate":0.6,"interval":[0.36,0.81]},"resampled":{"hits":650,"trials":1000,"rate":0.65}}]}]})";

}  // namespace

HistoryDocument full(std::size_t cases, std::size_t commits) {
  HistoryDocument history = frame(commits);
  for (std::size_t i = 0; i < cases; ++i) history.series.push_back(series_of(i, commits));
  for (const std::size_t run : {commits * 3 / 4, commits - 1})
    history.samples.push_back(samples_of(0, run, history.series[0].points[run].median_ns));
  history.calibrations.push_back({"NVIDIA L4", kCalibration});
  return history;
}

HistoryDocument empty() { return frame(0); }

HistoryDocument single() {
  HistoryDocument history = frame(1);
  history.series.push_back(series_of(1, 1));
  history.series.back().steps.clear();
  history.series.back().newest.reset();
  return history;
}

HistoryDocument hostile() {
  HistoryDocument history = frame(3);
  history.tool = history.repository = kEvil;
  for (ratchet::Commit& commit : history.commits) commit.subject = commit.time = kEvil;
  for (ratchet::Environment& one : history.environments) one.driver += one.clock_policy = one.os = kEvil;
  for (HistoryDocument::RunMark& run : history.runs) run.uuid = run.started_at = kEvil;
  HistoryDocument::Series series = series_of(0, 3);
  series.facts.id = series.facts.source = series.facts.l2 = series.device = std::string(kEvil) + "\xff\xfe";
  for (HistoryDocument::Step& step : series.steps) step.kind = step.reason = step.actor = step.moved_at = kEvil;
  for (HistoryDocument::Break& one : series.breaks) one.what = {kEvil, kEvil};
  series.drifts.push_back({1, kEvil, false});
  history.runs[1].dirty = true;
  series.newest->verdict = series.newest->made_at = kEvil;
  history.series = {series, series_of(1, 3)};
  history.samples.push_back(samples_of(0, 2, 4000));
  std::string calibration = kCalibration;
  const std::string quoted = "</script><img src=x onerror=alert(1)>";
  for (std::size_t at; (at = calibration.find("copy/vectorized/bytes=8192,n=1")) != std::string::npos;)
    calibration.replace(at, 30, quoted);
  history.calibrations.push_back({kEvil, calibration});
  return history;
}

}  // namespace histories
