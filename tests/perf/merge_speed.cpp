// How long it takes to merge 200,000 results (100 cases x 2,000 runs x 20 samples) into a database of as many others,
// and again, which adds nothing. A program to run by hand, since a test must not depend on time; it fails above 5 s of
// the processor.
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <string>

#include "db/merge.h"
#include "db/store.h"

using namespace ratchet;

namespace {

constexpr int kRuns = 2000;
constexpr int kCases = 100;
constexpr int kSamples = 20;
constexpr double kMost_s = 5;

db::Recording recording_of(const std::string& site, int number) {
  Run run;
  run.uuid = site + std::to_string(number);
  run.commit.sha = std::to_string(1'000'000 + number) + std::string(33, 'a');
  run.started_at = "2026-01-01T00:00:00Z";
  run.tool = "ratchet 0.1.0";
  run.environment.emplace();
  run.environment->device.kind = "cuda";
  run.environment->device.name = "NVIDIA L4";
  run.environment->device.uuid = site;
  db::Recording recording;
  for (int c = 0; c < kCases; ++c) {
    Measurement of;
    of.facts.id = "op/implementation/size=" + std::to_string(c) + ",dtype=fp16";
    of.facts.definition = std::string(64, 'd');
    of.facts.source = "kernels/op/implementation.cu:42";
    of.check = Check{.verified = true, .rel_l2 = 1e-4, .row_error = 1e-4};
    of.launches.emplace_back();
    for (int s = 0; s < kSamples; ++s)
      of.launches[0].push_back(32.0 * (300'000 + (number * 7919 + c * 31 + s * 131) % 6000));
    recording.summaries.push_back({of.facts.id, kSamples, 1, 1e7, 9e6, 1.1e7, 1e7, 9e6, 1.1e7});
    run.measurements.push_back(std::move(of));
  }
  recording.run = std::move(run);
  return recording;
}

void make(const std::filesystem::path& file, const std::string& site) {
  db::Store store(file, db::Mode::ReadWrite);
  for (int i = 0; i < kRuns; ++i) store.record(recording_of(site, i));
}

// Whether it was in time, by the clock of the processor: others may use the machine.
bool time_merge(const char* what, const std::filesystem::path& ours, const std::filesystem::path& theirs) {
  const auto start = std::chrono::steady_clock::now();
  const std::clock_t start_cpu = std::clock();
  const db::Merged merged = db::merge(ours, theirs, {"A", "2026-01-01T00:00:00Z"});
  const double cpu_s = static_cast<double>(std::clock() - start_cpu) / CLOCKS_PER_SEC;
  const double s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::printf("%s: %llu results in %.2f s, %.2f of the processor (aim 5)\n", what,
              static_cast<unsigned long long>(merged.results), s, cpu_s);
  return cpu_s <= kMost_s;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: merge_speed FOLDER   (made if it is not there)\n";
    return 2;
  }
  try {
    const std::filesystem::path folder = argv[1];
    if (!std::filesystem::exists(folder)) {
      make(folder / "ours.db", "a");
      make(folder / "theirs.db", "b");
    }
    const auto merged = folder / "merged.db";
    std::filesystem::copy_file(folder / "ours.db", merged, std::filesystem::copy_options::overwrite_existing);
    const bool in_time = time_merge("merge", merged, folder / "theirs.db");
    return time_merge("again", merged, folder / "theirs.db") && in_time ? 0 : 1;
  } catch (const std::exception& fault) {
    std::cerr << fault.what() << '\n';
    return 2;
  }
}
