// Each deed is tried by a process of its own, which says by its exit status whether it succeeded.
#include "src/bench/confinement.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <thread>

namespace ratchet::bench {
namespace {

using Deed = std::function<bool()>;  // true: done

constexpr int kFree = -1;

// A folder with a file of 4 bytes and a folder in it; removed at the end.
class Place {
 public:
  Place() {
    REQUIRE(mkdtemp(folder_.data()));
    REQUIRE(mkdir((*this / "inner").c_str(), 0700) == 0);
    std::FILE* const file = std::fopen((*this / "kept").c_str(), "w");
    std::fputs("kept", file);
    std::fclose(file);
  }
  ~Place() {
    for (const char* name : {"kept", "made", "inner/kept", "linked"}) unlink((*this / name).c_str());
    for (const char* name : {"inner", "made"}) rmdir((*this / name).c_str());
    rmdir(folder_.c_str());
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  [[nodiscard]] std::string operator/(const char* name) const { return folder_ + "/" + name; }

 private:
  std::string folder_ = "/tmp/ratchet-confined-XXXXXX";
};

// landlock: the version that the process is confined by; kFree: not at all.
bool succeeds(const Deed& deed, int landlock) {
  const pid_t child = fork();
  if (child == 0) {
    if (landlock != kFree && !confine(landlock).empty()) _exit(3);
    _exit(deed() ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  REQUIRE_MESSAGE(WIFEXITED(status), "killed by " << WTERMSIG(status));
  REQUIRE(WEXITSTATUS(status) != 3);
  return WEXITSTATUS(status) == 0;
}

bool opened(const std::string& path, int flags) { return open(path.c_str(), flags, 0600) >= 0; }

bool ended_well(pid_t child) {
  int status = 0;
  return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool spawned() {
  char name[] = "/bin/true";
  char* const arguments[] = {name, nullptr};
  pid_t child = 0;
  return posix_spawn(&child, name, nullptr, nullptr, arguments, environ) == 0 && ended_well(child);
}

bool forked() {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  return ended_well(child);
}

bool replaced_itself() {
  execl("/bin/true", "true", nullptr);
  return false;
}

bool asked_for_io_uring() {
  io_uring_params parameters{};
  return syscall(SYS_io_uring_setup, 1, &parameters) >= 0 || errno != EPERM;  // also where the system has none
}

std::map<std::string, Deed> evil(const Place& place) {
  const std::string kept = place / "kept";
  const std::string made = place / "made";
  return {
      {"overwrite a file", [=] { return opened(kept, O_WRONLY); }},
      {"open a file to be emptied", [=] { return opened(kept, O_RDONLY | O_TRUNC); }},
      {"empty a file", [=] { return truncate(kept.c_str(), 0) == 0; }},
      {"create a file", [=] { return opened(made, O_WRONLY | O_CREAT); }},
      {"remove a file", [=] { return unlink(kept.c_str()) == 0; }},
      {"rename a file", [=] { return rename(kept.c_str(), made.c_str()) == 0; }},
      {"move a file", [=, to = place / "inner/kept"] { return rename(kept.c_str(), to.c_str()) == 0; }},
      {"make a folder", [=] { return mkdir(made.c_str(), 0700) == 0; }},
      {"remove a folder", [inner = place / "inner"] { return rmdir(inner.c_str()) == 0; }},
      {"make a link", [=] { return link(kept.c_str(), made.c_str()) == 0; }},
      {"make a symbolic link", [=, at = place / "linked"] { return symlink("kept", at.c_str()) == 0; }},
      {"change permissions", [=] { return chmod(kept.c_str(), 0600) == 0; }},
      {"speak IPv4", [] { return socket(AF_INET, SOCK_STREAM, 0) >= 0; }},
      {"speak UDP over IPv6", [] { return socket(AF_INET6, SOCK_DGRAM, 0) >= 0; }},
      {"reach io_uring", asked_for_io_uring},
      {"fork", forked},
      {"start a program", spawned},
      {"become a program", replaced_itself},
      {"signal its parent", [] { return kill(getppid(), 0) == 0; }},
      {"signal everybody", [] { return kill(-1, 0) == 0; }},
      {"outlive its parent", [] { return prctl(PR_SET_PDEATHSIG, 0) == 0; }},
  };
}

std::map<std::string, Deed> needed(const Place& place) {
  return {
      {"read a file", [kept = place / "kept"] { return opened(kept, O_RDONLY); }},
      {"write to /dev/null", [] { return opened("/dev/null", O_WRONLY); }},
      {"share memory",
       [] {
         const std::string name = "/ratchet-confined-" + std::to_string(getpid());
         return shm_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600) >= 0 && shm_unlink(name.c_str()) == 0;
       }},
      {"write a file in memory by its name in /proc",
       [] { return opened("/proc/self/fd/" + std::to_string(memfd_create("copy", 0)), O_RDWR); }},
      {"name a thread through /proc, as libcuda does",
       [] {
         std::ofstream comm("/proc/self/task/" + std::to_string(gettid()) + "/comm");
         return static_cast<bool>(comm << "named" << std::flush);
       }},
      {"start a thread",
       [] {
         bool ran = false;
         std::thread([&] { ran = true; }).join();
         return ran;
       }},
      {"speak with a local service",
       [] { return socket(AF_UNIX, SOCK_STREAM, 0) >= 0 && socket(AF_NETLINK, SOCK_RAW, 0) >= 0; }},
      {"signal itself",
       [] { return signal(SIGUSR1, SIG_IGN) != SIG_ERR && raise(SIGUSR1) == 0 && kill(getpid(), 0) == 0; }},
  };
}

TEST_CASE("confinement: what no kernel needs is refused, by every version of Landlock, and would be done without") {
  if (landlock_version() == 0) {
    MESSAGE("skipped: this kernel has no Landlock");
    return;
  }
  const Place names;
  for (const auto& [what, unused] : evil(names)) {
    INFO(what);
    const Place free;
    CHECK(succeeds(evil(free).at(what), kFree));
    for (const int version : std::set{1, std::min(2, landlock_version()), landlock_version()}) {
      INFO("Landlock " << version);
      const Place place;
      CHECK_FALSE(succeeds(evil(place).at(what), version));
    }
  }
}

TEST_CASE("confinement: what drivers and kernels need is not refused") {
  if (landlock_version() == 0) {
    MESSAGE("skipped: this kernel has no Landlock");
    return;
  }
  const Place place;
  for (const auto& [what, deed] : needed(place)) {
    INFO(what);
    for (const int version : std::set{std::min(2, landlock_version()), landlock_version()})
      CHECK(succeeds(deed, version));
  }
}

TEST_CASE("confinement: a kernel without Landlock is said, and the rest holds") {
  const Place place;
  const pid_t child = fork();
  if (child == 0) {
    const auto open = confine(0);
    const bool said = open.size() == 1 && open[0].starts_with("modules can write files here: ");
    _exit(said && socket(AF_INET, SOCK_STREAM, 0) < 0 && truncate((place / "kept").c_str(), 0) != 0 ? 0 : 1);
  }
  CHECK(ended_well(child));
}

TEST_CASE("confinement: who takes all memory dies first") {
  const pid_t child = fork();
  if (child == 0) {
    (void)confine();
    char score[8] = {};
    const bool read_it = read(open("/proc/self/oom_score_adj", O_RDONLY), score, sizeof score - 1) > 0;
    _exit(read_it && std::string(score) == "1000\n" ? 0 : 1);
  }
  CHECK(ended_well(child));
}

}  // namespace
}  // namespace ratchet::bench
