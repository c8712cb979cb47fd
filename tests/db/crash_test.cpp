#include <chrono>
#include <csignal>
#include <random>
#include <thread>

#include "tests/db/child.h"
#include "tests/db/faulty_disk.h"
#include "tests/db/workload.h"

namespace ratchet::db {
namespace {

constexpr const char* kFile = "ratchet.db";

void run(const Workload& workload, std::size_t steps, const std::filesystem::path& file,
         const Acknowledgements& acknowledged) {
  Store store(file, Mode::ReadWrite);
  for (std::size_t i = 0; i < steps; ++i) {
    workload.step(i, store);
    acknowledged.add();
  }
}

// Creating the store and recording two runs, a verdict and two baselines with their modules, killed at one call.
// Whether the call was reached at all.
bool survives_kill_at(const Workload& workload, std::uint64_t call, Moment moment) {
  constexpr std::size_t kRecordings = 2;
  const Folder folder;
  Acknowledgements acknowledged;
  const int status = end_of(start([&] {
    FaultyDisk disk(folder.file(""));
    disk.kill_at(call, moment);
    run(workload, kRecordings, folder.file(kFile), acknowledged);
  }));
  CAPTURE(call);
  const std::size_t steps = acknowledged.count();
  CHECK_NOTHROW(require_whole(workload, folder.file(kFile), steps));
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) return true;
  CHECK(status == 0);
  CHECK(steps == kRecordings);
  return false;
}

}  // namespace

TEST_CASE("crash: killed before or after any call that changes the disk, nothing acknowledged is lost or half there") {
  const Workload workload;
  int kills = 0;
  for (const Moment moment : {Moment::Before, Moment::After}) {
    std::uint64_t call = moment == Moment::Before ? 1 : 2;
    for (; survives_kill_at(workload, call, moment); call += is_torture() ? 1 : 9) ++kills;
    CHECK(call > 150);  // the calls are really seen
  }
  MESSAGE(kills << " kills");
}

TEST_CASE("crash: killed at any time while recording, nothing acknowledged is lost or half there") {
  const Workload workload;
  const auto begin = std::chrono::steady_clock::now();
  {
    const Folder folder;
    Acknowledgements acknowledged;
    REQUIRE(end_of(start([&] { run(workload, workload.steps(), folder.file(kFile), acknowledged); })) == 0);
  }
  const auto whole = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin);
  std::mt19937_64 random(1);
  int killed = 0;
  const int rounds = is_torture() ? 1'000 : 40;
  for (int round = 0; round < rounds; ++round) {
    const Folder folder;
    Acknowledgements acknowledged;
    const pid_t child = start([&] {
      // Again and again in other places, so that the kill finds it at work.
      for (int i = 0;; ++i) {
        const std::string name = std::to_string(i) + "/" + kFile;
        run(workload, workload.steps(), folder.file(name), acknowledged);
      }
    });
    std::this_thread::sleep_for(std::chrono::microseconds(random() % static_cast<std::uint64_t>(2 * whole.count())));
    REQUIRE(kill(child, SIGKILL) == 0);
    if (const int status = end_of(child); WIFSIGNALED(status)) ++killed;
    std::size_t steps = acknowledged.count();
    for (int i = 0; steps > 0 || i == 0; ++i) {
      const std::size_t here = std::min(steps, workload.steps());
      CHECK_NOTHROW(require_whole(workload, folder.file(std::to_string(i) + "/" + kFile), here));
      steps -= here;
    }
  }
  CHECK(killed == rounds);
}

}  // namespace ratchet::db
