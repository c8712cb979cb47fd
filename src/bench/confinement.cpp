#include "src/bench/confinement.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string_view>

#include "ratchet/error.h"

namespace ratchet::bench {

namespace {

namespace fs = std::filesystem;

// Later than the headers of Debian 12.
constexpr std::uint64_t kTruncate = std::uint64_t{1} << 14;
constexpr int kTruncateVersion = 3;
constexpr int kReferVersion = 2;
constexpr int kFchmodat2 = 452;

// What changes a file or the names in a folder.
std::uint64_t writes(int landlock) {
  std::uint64_t all = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                      LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                      LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
                      LANDLOCK_ACCESS_FS_MAKE_SYM;
  if (landlock >= kReferVersion) all |= LANDLOCK_ACCESS_FS_REFER;
  if (landlock >= kTruncateVersion) all |= kTruncate;
  return all;
}

class Descriptor {
 public:
  explicit Descriptor(long descriptor) : descriptor_(static_cast<int>(descriptor)) {}
  ~Descriptor() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const noexcept { return descriptor_; }

 private:
  int descriptor_;
};

void require(bool done, const char* what) {
  if (!done) throw Error(std::string(what) + ": " + std::strerror(errno));
}

void allow(const Descriptor& rules, const fs::path& path, std::uint64_t what) {
  const Descriptor opened(open(path.c_str(), O_PATH | O_CLOEXEC));
  if (opened.get() < 0) return;  // what is not there needs no rule
  const landlock_path_beneath_attr rule{what, opened.get()};
  require(syscall(SYS_landlock_add_rule, rules.get(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0, path.c_str());
}

// A driver is reached through its files in /dev, and disks lie there too. libcuda shares memory in /dev/shm, which does
// not outlive the machine's power.
void deny_writes(int landlock) {
  const std::uint64_t handled = writes(landlock);
  const std::uint64_t write = handled & (LANDLOCK_ACCESS_FS_WRITE_FILE | kTruncate);
  landlock_ruleset_attr attributes{};
  attributes.handled_access_fs = handled;
  const Descriptor rules(syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0));
  require(rules.get() >= 0, "landlock_create_ruleset");
  for (const char* file : {"null", "zero", "full", "tty", "dxg"}) allow(rules, fs::path("/dev") / file, write);
  std::error_code unreadable;
  for (const fs::directory_entry& entry : fs::directory_iterator("/dev", unreadable))
    if (entry.path().filename().string().starts_with("nvidia")) allow(rules, entry.path(), write);
  allow(rules, "/proc/self/task", write);  // libcuda names its threads there, and gives up where it cannot
  allow(rules, "/dev/shm", write | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE);
  require(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "no_new_privs");
  require(syscall(SYS_landlock_restrict_self, rules.get(), 0) == 0, "landlock_restrict_self");
}

class Filter {
 public:
  Filter() : context_(seccomp_init(SCMP_ACT_ALLOW), seccomp_release) {
    if (!context_) throw Error("seccomp_init: out of memory");
    // Kernels before 5.16 slow down whoever is filtered, against attacks within one process that do not concern us, and
    // a measurement beside the history must not be slowed down.
    check(seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_SSB, 1));
  }
  template <typename... Comparisons>
  void refuse(int error, int call, Comparisons... comparisons) {
    check(seccomp_rule_add(context_.get(), SCMP_ACT_ERRNO(static_cast<std::uint16_t>(error)), call,
                           sizeof...(comparisons), comparisons...));
  }
  void load() { check(seccomp_load(context_.get())); }

 private:
  static void check(int status) {
    if (status < 0) throw Error(std::string("seccomp: ") + std::strerror(-status));
  }
  std::unique_ptr<void, decltype(&seccomp_release)> context_;
};

// No network: what is left are sockets of this machine, by which drivers speak with their services. io_uring would open
// others unseen.
void refuse_network(Filter& filter) {
  for (unsigned family = 0; family < AF_NETLINK; ++family)
    if (family != AF_UNIX) filter.refuse(EAFNOSUPPORT, SCMP_SYS(socket), SCMP_A0(SCMP_CMP_EQ, family));
  filter.refuse(EAFNOSUPPORT, SCMP_SYS(socket), SCMP_A0(SCMP_CMP_GT, AF_NETLINK));
  filter.refuse(EPERM, SCMP_SYS(io_uring_setup));
}

// Threads only. The C library takes clone() when there is no clone3(), whose flags a filter cannot see. Nor may it
// reach into other processes, such as its parents, or stay when its parent is killed.
void refuse_processes(Filter& filter) {
  for (const int call :
       {SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(fork), SCMP_SYS(vfork), SCMP_SYS(ptrace),
        SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(pidfd_send_signal), SCMP_SYS(tkill)})
    filter.refuse(EPERM, call);
  filter.refuse(EPERM, SCMP_SYS(clone), SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
  filter.refuse(ENOSYS, SCMP_SYS(clone3));
  const auto self = static_cast<std::uint64_t>(getpid());
  for (const int call : {SCMP_SYS(kill), SCMP_SYS(tgkill), SCMP_SYS(rt_sigqueueinfo), SCMP_SYS(rt_tgsigqueueinfo)})
    filter.refuse(EPERM, call, SCMP_A0(SCMP_CMP_NE, self));
  filter.refuse(EPERM, SCMP_SYS(prctl), SCMP_A0(SCMP_CMP_EQ, PR_SET_PDEATHSIG));
}

// Landlock knows nothing of a file's attributes, and of truncation only from its third version on; Debian 12 has the
// second.
void refuse_file_changes(Filter& filter, int landlock) {
  for (const int call :
       {SCMP_SYS(chmod), SCMP_SYS(fchmodat), kFchmodat2, SCMP_SYS(chown), SCMP_SYS(lchown), SCMP_SYS(fchownat)})
    filter.refuse(EPERM, call);
  if (landlock >= kTruncateVersion) return;
  filter.refuse(EACCES, SCMP_SYS(truncate));
  filter.refuse(ENOSYS, SCMP_SYS(openat2));
  // Who opens for writing is seen by Landlock. libcuda does, with O_TRUNC, where it names its threads.
  constexpr unsigned kSeen = O_ACCMODE | O_TRUNC;
  for (const unsigned unseen : {O_RDONLY | O_TRUNC, O_ACCMODE | O_TRUNC}) {
    filter.refuse(EACCES, SCMP_SYS(open), SCMP_A1(SCMP_CMP_MASKED_EQ, kSeen, unseen));
    filter.refuse(EACCES, SCMP_SYS(openat), SCMP_A2(SCMP_CMP_MASKED_EQ, kSeen, unseen));
  }
}

// Who takes all memory is to die of it before those who report it; and a dump of gigabytes is no evidence.
void die_first() {
  std::ofstream("/proc/self/oom_score_adj") << 1000;
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
}

}  // namespace

int landlock_version() noexcept {
  return std::max(0,
                  static_cast<int>(syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION)));
}

std::vector<std::string> confine(int landlock) {
  std::vector<std::string> open;
  die_first();
  try {
    if (landlock == 0) throw Error("this kernel, or its container, has no Landlock");
    deny_writes(landlock);
  } catch (const Error& error) {
    open.push_back(std::string("modules can write files here: ") + error.what());
  }
  try {
    Filter filter;
    refuse_network(filter);
    refuse_processes(filter);
    refuse_file_changes(filter, landlock);
    filter.load();
  } catch (const Error& error) {
    open.push_back(std::string("modules can use the network and start processes here: ") + error.what());
  }
  return open;
}

}  // namespace ratchet::bench
