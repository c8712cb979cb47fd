// How fast and how small the store is on this machine's disk; a program to run by hand, since a test must not depend on
// wall time. Aims: a durable record of 100 cases x 10 launches x 101 samples in 100 ms and at most 4 bytes a sample;
// the trend of one case over 2,000 runs in 50 ms.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <random>
#include <string>

#include "db/store.h"

namespace {

using ratchet::Run;
using ratchet::db::Recording;

double milliseconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

// Intervals of about 1 ms +- 1 %, in whole ticks, of batches of 1 to 100 calls.
Recording a_recording(int number, int cases, int launches, int samples, double tick_ns) {
  std::mt19937_64 random(static_cast<unsigned>(number));
  std::normal_distribution<double> interval_ns(1e6, 1e4);
  Run run;
  run.uuid = "run-" + std::to_string(number);
  run.commit.sha = std::to_string(1'000'000 + number) + std::string(33, 'a');
  run.started_at = "2026-01-01T00:00:00Z";
  run.tool = "ratchet 0.1.0";
  run.environment.emplace();
  run.environment->device.kind = "cuda";
  run.environment->device.name = "a device";
  Recording recording;
  for (int c = 0; c < cases; ++c) {
    ratchet::Measurement of;
    of.facts.id = "op/implementation/size=" + std::to_string(c) + ",dtype=fp16";
    of.facts.definition = std::string(64, 'd');
    of.facts.source = "kernels/op/implementation.cu:42";
    of.facts.batch = static_cast<std::uint64_t>(1 + c % 100);
    of.check = ratchet::Check{.verified = true, .rel_l2 = 1e-4, .row_error = 1e-4};
    of.launches.assign(static_cast<std::size_t>(launches), std::vector<double>(static_cast<std::size_t>(samples)));
    for (auto& launch : of.launches) {
      for (double& time : launch) {
        time = std::round(interval_ns(random) / tick_ns) * tick_ns / static_cast<double>(of.facts.batch);
      }
    }
    const auto count = static_cast<std::uint64_t>(launches);
    recording.summaries.push_back(
        {of.facts.id, count * static_cast<std::uint64_t>(samples), count, 1e6, 9.9e5, 1.01e6, 1e6, 9e5, 1.1e6});
    run.measurements.push_back(std::move(of));
  }
  recording.run = std::move(run);
  return recording;
}

void record_full_runs(const std::filesystem::path& folder, double tick_ns) {
  const auto file = folder / ("tick" + std::to_string(static_cast<int>(tick_ns)) + ".db");
  ratchet::db::Store store(file, ratchet::db::Mode::ReadWrite);
  const auto before = std::filesystem::file_size(file);
  std::vector<double> times_ms;
  constexpr int kRuns = 9;
  for (int i = 0; i < kRuns; ++i) {
    const Recording recording = a_recording(i, 100, 10, 101, tick_ns);
    const auto start = std::chrono::steady_clock::now();
    store.record(recording);
    times_ms.push_back(milliseconds_since(start));
  }
  std::sort(times_ms.begin(), times_ms.end());
  const double bytes = static_cast<double>(std::filesystem::file_size(file) - before) / (kRuns * 100.0 * 10 * 101);
  std::cout << "tick " << tick_ns << " ns: record 100 x 10 x 101 samples: median " << times_ms[kRuns / 2]
            << " ms, worst " << times_ms.back() << " ms (aim 100); " << bytes << " bytes a sample on disk (aim 4)\n";
}

void read_trend(const std::filesystem::path& folder) {
  const auto file = folder / "trend.db";
  {
    ratchet::db::Store store(file, ratchet::db::Mode::ReadWrite);
    for (int i = 0; i < 2000; ++i) store.record(a_recording(i, 20, 1, 5, 1));
  }
  ratchet::db::Store store(file, ratchet::db::Mode::ReadOnly);
  const auto start = std::chrono::steady_clock::now();
  const auto points = store.history("op/implementation/size=7,dtype=fp16", {});
  std::cout << "trend of one case: " << points.size() << " runs in " << milliseconds_since(start) << " ms (aim 50)\n";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: record_speed FOLDER (new, on the disk to be measured)\n";
    return 2;
  }
  try {
    const std::filesystem::path folder = argv[1];
    if (!std::filesystem::create_directories(folder)) {
      std::cerr << folder.string() << ": exists already or cannot be made; name a new folder\n";
      return 2;
    }
    record_full_runs(folder, 1);
    record_full_runs(folder, 32);
    read_trend(folder);
  } catch (const std::exception& fault) {
    std::cerr << fault.what() << '\n';
    return 2;
  }
  return 0;
}
