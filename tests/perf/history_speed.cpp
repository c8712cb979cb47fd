// How long the questions of people take over a large history, and how large it is: 100 cases x 5,000 runs x 200 samples
// (100 million) unless told otherwise. FOLDER becomes a git repository of one commit a run with its database, made
// through the store's own code from fixed seeds, so that two machines make the same numbers, and every command can be
// tried in it. A program to run by hand, since a test must not depend on wall time; it fails when the database is too
// large. Aims: the trend of one case in 50 ms warm, the overview in 300 ms, 3 bytes a sample.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <string>

#include "db/store.h"
#include "src/executor/process.h"
#include "src/history/series.h"
#include "tests/ratchet/dice.h"

using namespace ratchet;

namespace {

constexpr int kCases = 100;
constexpr int kLaunches = 2;
constexpr int kSamples = 100;  // a launch
constexpr double kTick_ns = 32;
constexpr double kMostBytesASample = 3;

std::string hex(std::uint64_t number, int digits) {
  std::string text(static_cast<std::size_t>(digits), '0');
  for (int i = digits; i-- > 0 && number > 0; number /= 16)
    text[static_cast<std::size_t>(i)] = "0123456789abcdef"[number % 16];
  return text;
}

std::string case_of(int number) { return "op/implementation/size=" + std::to_string(number) + ",dtype=fp16"; }

// One commit a run, empty, of fixed people and times: the same shas everywhere.
void make_repository(const std::filesystem::path& folder, int runs) {
  std::filesystem::create_directories(folder);
  const auto stream = folder / "commits";
  {
    std::ofstream out(stream);
    for (int i = 0; i < runs; ++i) {
      const std::string subject = "Change number " + std::to_string(i);
      out << "commit refs/heads/main\ncommitter A <a@example.com> " << 1'767'225'600 + 900 * i << " +0000\ndata "
          << subject.size() << '\n'
          << subject << "\nM 644 inline number\ndata " << std::to_string(i).size() << '\n'
          << i << '\n';
    }
  }
  const std::string go = "cd '" + folder.string() + "' && ";
  if (std::system((go + "git init -q -b main . && git fast-import --quiet < commits && rm commits").c_str()) != 0)
    throw Error("git did not make the repository");
}

// Steps of 3 % now and then, 0.3 % between commits, 1 % between calls.
db::Recording recording_of(int number, const std::string& sha, const std::string& tree) {
  Run run;
  run.uuid = hex(static_cast<std::uint64_t>(number) + 1, 32);
  run.commit = {sha, tree, {}, "Change number " + std::to_string(number), "2026-01-01T00:00:00Z", false};
  char time[32];
  std::snprintf(time, sizeof time, "2026-%02d-%02dT%02d:%02d:00Z", 1 + number / 2400 % 12, 1 + number / 96 % 25,
                number / 4 % 24, number % 4 * 15);
  run.started_at = time;
  run.tool = "ratchet 0.1.0";
  run.environment.emplace();
  run.environment->device = {.kind = "cuda", .name = "NVIDIA L4", .uuid = "GPU-1", .compute_capability = "8.9"};
  run.environment->driver = number < 2500 ? "570.1" : "580.1";
  db::Recording recording;
  for (int c = 0; c < kCases; ++c) {
    Dice dice(static_cast<std::uint64_t>(number) * 1000 + static_cast<std::uint64_t>(c));
    const double level = 1e5 * (1 + c) * (1 + 0.03 * ((number + 13 * c) / 700 % 3)) * (1 + 0.003 * dice.normal());
    Measurement of;
    of.facts.id = case_of(c);
    of.facts.definition = hex(Dice(static_cast<std::uint64_t>(c)).bits(), 64);
    of.facts.source = "kernels/op/implementation.cu:42";
    of.facts.bytes = 1u << 26U;
    of.check = Check{.verified = true, .rel_l2 = 1e-4, .row_error = 1e-4};
    for (int l = 0; l < kLaunches; ++l) {
      of.launches.emplace_back();
      for (int s = 0; s < kSamples; ++s)
        of.launches.back().push_back(std::round(level * (1 + 0.01 * dice.normal()) / kTick_ns) * kTick_ns);
    }
    recording.summaries.push_back({of.facts.id, kLaunches * kSamples, kLaunches, level, level * 0.999, level * 1.001,
                                   level, level * 0.97, level * 1.03});
    run.measurements.push_back(std::move(of));
  }
  recording.run = std::move(run);
  return recording;
}

void make(const std::filesystem::path& file, const history::Line& line, int runs) {
  db::Store store(file, db::Mode::ReadWrite);
  std::unordered_map<std::string, std::string> tree_of;
  for (const auto& [tree, age] : line.trees) tree_of[line.newest_first[age]] = tree;
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < runs; ++i) {
    const std::string& sha = line.newest_first.at(static_cast<std::size_t>(runs - 1 - i));
    store.record(recording_of(i, sha, tree_of.at(sha)));
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::printf("made %d runs in %.0f s\n", runs, seconds);
}

// The first time, and the best of seven: with the pages in memory.
void time(const char* what, double aim_ms, const std::function<std::size_t()>& question) {
  double first_ms = 0;
  double best_ms = 1e9;
  double best_cpu_ms = 1e9;
  std::size_t answer = 0;
  for (int i = 0; i < 7; ++i) {
    const auto start = std::chrono::steady_clock::now();
    const std::clock_t start_cpu = std::clock();
    answer = question();
    best_cpu_ms = std::min(best_cpu_ms, 1e3 * static_cast<double>(std::clock() - start_cpu) / CLOCKS_PER_SEC);
    const double ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    if (i == 0) first_ms = ms;
    best_ms = std::min(best_ms, ms);
  }
  std::printf("%s: %.1f ms warm (%.1f of this process), %.1f ms at first (aim %.0f); %zu answers\n", what, best_ms,
              best_cpu_ms, first_ms, aim_ms, answer);
}

history::Found series_of_one(db::Store& store, const history::Line& line) {
  return history::series_of(store, history::recorded(store, {case_of(42)}, {}), history::Metric::Latency, line, {});
}

void ask(const std::filesystem::path& file, const std::filesystem::path& programs) {
  db::Store store(file, db::Mode::ReadOnly);
  // The program beside this one, from its start to its end; without --limit it reads all 5,000 and shows 100.
  time("ratchet trend, one case", 50, [&] {
    const auto shown = executor::run({.argv = {(programs / "ratchet").string(), "trend", case_of(42)}});
    if (!shown.ok()) throw Error("ratchet trend " + executor::ending(shown));
    return static_cast<std::size_t>(std::count(shown.stdout_text.begin(), shown.stdout_text.end(), '\n'));
  });
  const auto line = history::line_of(".", "HEAD");
  time("line of history", 50, [&] { return history::line_of(".", "HEAD").newest_first.size(); });
  time("series of one case", 50, [&] { return series_of_one(store, line).series.at(0).points.size(); });
  time("rows of one case", 50, [&] { return store.history(case_of(42), {}).size(); });
  time("overview, 30 runs of every case", 300, [&] {
    std::size_t points = 0;
    for (const auto& one : store.overview("NVIDIA L4", 30)) points += one.size();
    return points;
  });
  time("the newest 20 runs", 300, [&] { return store.runs({.limit = 20}).size(); });
}

bool is_small(const std::filesystem::path& file, int runs) {
  const double bytes =
      static_cast<double>(std::filesystem::file_size(file)) / (double{kCases} * kLaunches * kSamples * runs);
  std::printf("%.2f bytes a sample on disk (at most %.0f)\n", bytes, kMostBytesASample);
  return bytes <= kMostBytesASample;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    std::cerr << "usage: history_speed FOLDER [RUNS]   (made if it is not there; 5000 runs)\n";
    return 2;
  }
  try {
    const int runs = argc == 3 ? std::stoi(argv[2]) : 5000;
    const std::filesystem::path folder = argv[1];
    const bool is_new = !std::filesystem::exists(folder);
    if (is_new) make_repository(folder, runs);
    std::filesystem::current_path(folder);
    const std::filesystem::path file = ".ratchet/ratchet.db";
    if (is_new) make(file, history::line_of(".", "HEAD"), runs);
    ask(file, std::filesystem::canonical("/proc/self/exe").parent_path());
    return is_small(file, runs) ? 0 : 1;
  } catch (const std::exception& fault) {
    std::cerr << fault.what() << '\n';
    return 2;
  }
}
