// The parts of the host that touch the system: threads, locks, child processes, telemetry in one line.
#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <numeric>

#include "ratchet/error.h"
#include "src/bench/device_lock.h"
#include "src/bench/process.h"
#include "src/bench/report.h"
#include "src/bench/thread_pool.h"

namespace ratchet::bench {
namespace {

TEST_CASE("thread pool: every task runs exactly once, in every one of many calls") {
  for (const unsigned threads : {1u, 3u}) {
    ThreadPool pool(threads);
    CHECK(pool.threads() == threads);
    std::vector<std::atomic<int>> counts(17);
    const auto task = [](void* context, std::uint32_t index) {
      ++(*static_cast<std::vector<std::atomic<int>>*>(context))[index];
    };
    for (int call = 0; call < 200; ++call) pool.run(17, task, &counts);
    for (const auto& count : counts) CHECK(count == 200);
    pool.run(0, task, &counts);
  }
}

TEST_CASE("process: the child's answer arrives, and so does the manner of its death") {
  const Interruption interruption;
  Process speaks(interruption, [](Channel& channel) { channel.send(Message::Fault, std::string(300'000, 'x')); });
  std::optional<Frame> frame;
  while (!(frame = speaks.channel().take())) REQUIRE(speaks.channel().read());
  CHECK(frame->message == Message::Fault);
  CHECK(frame->text == std::string(300'000, 'x'));

  Process exits(interruption, [](Channel&) { _exit(3); });
  CHECK_FALSE(exits.channel().read());
  CHECK(exits.end() == "ended with exit status 3");

  Process dies(interruption, [](Channel&) { raise(SIGKILL); });
  CHECK_FALSE(dies.channel().read());
  CHECK(dies.end() == "was killed by SIGKILL");
}

TEST_CASE("process: sending to a dead child is no signal and no success") {
  const Interruption interruption;
  Process exits(interruption, [](Channel&) { _exit(0); });
  CHECK_FALSE(exits.channel().read());
  CHECK_FALSE(exits.channel().send(Message::Measure, "x"));
}

TEST_CASE("interruption: a signal ends a wait") {
  const Interruption interruption;
  kill(getpid(), SIGTERM);
  const auto long_from_now = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  try {
    (void)interruption.wait(-1, long_from_now);
    FAIL("the wait was not ended");
  } catch (const Interrupted& interrupted) {
    CHECK(interrupted.signal == SIGTERM);
  }
}

TEST_CASE("device lock: the second waits, says once who holds it, and gives up with a remedy") {
  const Interruption interruption;
  const auto file = std::filesystem::temp_directory_path() / ("ratchet-lock-test-" + std::to_string(getpid()));
  std::vector<std::string> said;
  const auto say = [&](const std::string& text) { said.push_back(text); };
  {
    const DeviceLock first(file, std::chrono::seconds(0), interruption, say);
    CHECK(said.empty());
    CHECK_THROWS_WITH_AS(DeviceLock(file, std::chrono::seconds(0), interruption, say),
                         ("the device stayed busy for 0 s: process " + std::to_string(getpid()) + " holds " +
                          file.string() + "; wait for it or raise --lock-timeout-s")
                             .c_str(),
                         Error);
    REQUIRE(said.size() == 1);
    CHECK(said[0] == "waiting for the device: process " + std::to_string(getpid()) + " holds " + file.string());
  }
  const DeviceLock again(file, std::chrono::seconds(0), interruption, say);
  CHECK(said.size() == 1);
  std::filesystem::remove(file);
}

TEST_CASE("report: readings of a launch become one") {
  CHECK_FALSE(summary({}));
  std::vector<Telemetry> readings(3);
  readings[0] = {4, 1900, 60, 300, 5, 1, 11, 12};
  readings[1] = {4, 1800, 70, 200, 6, 0, 21, 22};
  readings[2] = {4, 1980, 65, 250, 7, 2, 31, 32};
  const Telemetry all = *summary(readings);
  CHECK(all.launch == 4);
  CHECK(all.sm_clock_mhz == 1900);
  CHECK(all.temperature_c == 70);
  CHECK(all.power_w == 300);
  CHECK(all.throttled_power_ns == 18);
  CHECK(all.throttled_thermal_ns == 3);
  CHECK(all.sentinel_copy_ns == 11);
  CHECK(all.sentinel_fma_ns == 12);
}

}  // namespace
}  // namespace ratchet::bench
