// The parts of the host that touch the system: threads, locks, child processes, telemetry in one line.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <numeric>

#include "ratchet/error.h"
#include "src/bench/clock_count.h"
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

TEST_CASE("channel: what is no frame ends the conversation") {
  const auto understood = [](const std::string& bytes) {
    auto [here, there] = Channel::pair();
    REQUIRE(write(there.descriptor(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
    return here.read();
  };
  CHECK(understood("c"));
  CHECK(understood(std::string("c\0\0\0\x01\0\0\0\0", 9)));
  CHECK_FALSE(understood(std::string("c\0\0\0\x11\0\0\0\0", 9)));
  CHECK_FALSE(understood(std::string("c\0\0\0\0\0\0\0\x80", 9)));
  CHECK_FALSE(understood("{"));
  const std::string ready("r\0\0\0\0\0\0\0\0", 9);
  CHECK(understood(ready + ready + "c"));
  CHECK_FALSE(understood(ready + "x"));
}

TEST_CASE("process: the child has no descriptor of its parent's but the three streams and its end of the channel") {
  const int lock = open("/dev/null", O_RDONLY);
  const Interruption interruption;
  Process child(interruption, [](Channel& channel) {
    std::string open;
    for (int descriptor = 0; descriptor < 1000; ++descriptor)
      if (fcntl(descriptor, F_GETFD) >= 0 && descriptor != channel.descriptor())
        open += std::to_string(descriptor) + " ";
    channel.send(Message::Ready, open);
  });
  std::optional<Frame> frame;
  while (!(frame = child.channel().take())) REQUIRE(child.channel().read());
  CHECK(frame->text == "0 1 2 ");
  close(lock);
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
  for (std::size_t i = 0; i < 3; ++i) {
    const auto step = static_cast<double>(i);
    readings[i] = {.launch = 4,
                   .sm_clock_mhz = std::vector{1900.0, 1800.0, 1980.0}[i],
                   .memory_clock_mhz = std::vector{3000.0, 3200.0, 3200.0}[i],
                   .temperature_c = std::vector{60.0, 70.0, 65.0}[i],
                   .power_w = 300 - step,
                   .energy_j = 1 + step,
                   .throttled_power_ns = 5 + step,
                   .throttled_thermal_ns = step,
                   .throttled_hardware_ns = 2 * step,
                   .sentinel_copy_ns = 11 + step,
                   .sentinel_fma_ns = 12 + step,
                   .busy_percent = 3,
                   .processes_before = 1,
                   .processes_after = std::vector<std::uint64_t>{1, 3, 2}[i]};
  }
  const Telemetry all = *summary(readings);
  CHECK(all.launch == 4);
  CHECK(all.sm_clock_mhz == 1900);
  CHECK(all.memory_clock_mhz == 3200);
  CHECK(all.temperature_c == 70);
  CHECK(all.power_w == 300);
  CHECK(all.energy_j == 6);
  CHECK(all.throttled_power_ns == 18);
  CHECK(all.throttled_thermal_ns == 3);
  CHECK(all.throttled_hardware_ns == 6);
  CHECK(all.sentinel_copy_ns == 11);
  CHECK(all.sentinel_fma_ns == 12);
  CHECK(all.busy_percent == 3);
  CHECK(all.processes_before == 1);
  CHECK(all.processes_after == 3);
}

TEST_CASE("report: between two readings, what counts up is the difference, and a counter that went back is nothing") {
  const Telemetry start{.sm_clock_mhz = 1000,
                        .temperature_c = 70,
                        .energy_j = 5,
                        .throttled_power_ns = 100,
                        .throttled_thermal_ns = 200,
                        .throttled_hardware_ns = 300};
  Telemetry end{.sm_clock_mhz = 1980,
                .temperature_c = 60,
                .energy_j = 7,
                .throttled_power_ns = 101,
                .throttled_thermal_ns = 202,
                .throttled_hardware_ns = 303};
  const Telemetry of = between(start, end);
  CHECK(of.sm_clock_mhz == 1980);
  CHECK(of.temperature_c == 70);
  CHECK(of.energy_j == 2);
  CHECK(of.throttled_power_ns == 1);
  CHECK(of.throttled_thermal_ns == 2);
  CHECK(of.throttled_hardware_ns == 3);
  end.throttled_thermal_ns = 1;
  CHECK(between(start, end).throttled_thermal_ns == 0);
}

TEST_CASE("clock count: cycles and time are added up before they are divided, and what is not a note is left out") {
  ClockCount count;
  CHECK(count.mhz() == 0);
  count.add({1000, 10'000}, {3000, 11'000});  // 2 GHz
  count.add({0, 0}, {5000, 12'000});          // not noted
  count.add({3000, 11'000}, {3000, 11'000});
  count.add({9000, 13'000}, {3000, 14'000});  // a counter that went back
  CHECK(count.mhz() == 2000);
  count.add({3000, 20'000}, {4000, 21'000});  // 1 GHz
  CHECK(count.mhz() == 1500);
}

}  // namespace
}  // namespace ratchet::bench
