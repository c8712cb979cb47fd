#include "tests/db/faulty_disk.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>

namespace ratchet::db {
namespace {

FaultyDisk* active = nullptr;

std::string folder_of(const std::string& path) { return std::filesystem::path(path).parent_path().string(); }
// Not by an exception: SQLite's frames lie in between.
[[noreturn]] void die(const char* why, const char* path) {
  std::fprintf(stderr, "faulty disk: %s: %s\n", why, path);
  std::abort();
}

std::string name_of(const std::string& path) { return std::filesystem::path(path).filename().string(); }

}  // namespace

FaultyDisk::FaultyDisk(std::filesystem::path folder) : folder_((folder / "").parent_path().string()) {
  REQUIRE(active == nullptr);
  REQUIRE(std::filesystem::is_empty(folder));
  nodes_[folder_] = 0;
  active = this;
}

FaultyDisk::~FaultyDisk() { active = nullptr; }

void FaultyDisk::count(Counting what) {
  plan_ = Plan::Count;
  counting_ = what;
  calls_ = 0;
}

void FaultyDisk::fail_at(std::uint64_t call, int error, Spell spell, Counting what) {
  count(what);
  plan_ = Plan::Fail;
  at_ = call;
  error_ = error;
  spell_ = spell;
}

void FaultyDisk::kill_at(std::uint64_t call, Moment moment) {
  count(Counting::Changes);
  plan_ = Plan::Kill;
  at_ = call;
  moment_ = moment;
}

int FaultyDisk::node(const std::string& path) const {
  const auto found = nodes_.find(path);
  return found == nodes_.end() ? -1 : found->second;
}

bool FaultyDisk::strikes(bool changes) {
  if (!changes && counting_ == Counting::Changes) return false;
  ++calls_;
  if (plan_ == Plan::Kill && calls_ == at_ && moment_ == Moment::Before) ::raise(SIGKILL);
  if (plan_ != Plan::Fail || calls_ < at_ || (calls_ > at_ && spell_ == Spell::Once)) return false;
  errno = error_;
  return true;
}

void FaultyDisk::done() {
  if (plan_ == Plan::Kill && calls_ == at_) ::raise(SIGKILL);
}

void FaultyDisk::add_entry(const std::string& path, const std::string& former, bool folder) {
  const int entry = former.empty() ? ++newest_node_ : nodes_.at(former);
  nodes_.erase(former);
  nodes_[path] = entry;
  record_.add({.act = Act::Entry,
               .node = nodes_.at(folder_of(path)),
               .name = name_of(path),
               .former_name = former.empty() ? "" : name_of(former),
               .entry = entry,
               .folder = folder});
}

// What the C library's names below do. The system calls are made directly: the library's own would lead back here.
struct DiskCalls {
  static FaultyDisk* disk_of(const std::string& path) {
    return active && path.starts_with(active->folder_) ? active : nullptr;
  }
  static FaultyDisk* disk_of(int descriptor) {
    return active && active->opened_.contains(descriptor) ? active : nullptr;
  }

  static int open(const char* path, int flags, unsigned mode) {
    FaultyDisk* disk = disk_of(path);
    const auto real = [&] { return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode)); };
    if (!disk) return real();
    const bool known = disk->node(path) >= 0;
    const bool changes = (!known && (flags & O_CREAT) != 0) || (flags & O_TRUNC) != 0;
    if (disk->strikes(changes)) return -1;
    const int descriptor = real();
    if (descriptor < 0) return descriptor;
    if (!known && !changes) die("a file that was made behind the disk's back", path);
    if (!known) disk->add_entry(path, "", false);
    const int node = disk->node(path);
    disk->opened_[descriptor] = node;
    if (known && (flags & O_TRUNC) != 0) disk->record_.add({.act = Act::Size, .node = node});
    if (changes) disk->done();
    return descriptor;
  }

  static int close(int descriptor) {
    if (FaultyDisk* disk = disk_of(descriptor)) disk->opened_.erase(descriptor);
    return static_cast<int>(::syscall(SYS_close, descriptor));
  }

  // at: -1 for the descriptor's own place.
  static ssize_t write(int descriptor, const void* bytes, std::size_t size, off_t at) {
    FaultyDisk* disk = disk_of(descriptor);
    const off_t place = at >= 0 || !disk ? at : ::lseek(descriptor, 0, SEEK_CUR);
    if (disk && disk->strikes(true)) return -1;
    const ssize_t written =
        at >= 0 ? ::syscall(SYS_pwrite64, descriptor, bytes, size, at) : ::syscall(SYS_write, descriptor, bytes, size);
    if (!disk || written < 0) return written;
    disk->record_.add({.act = Act::Write,
                       .node = disk->opened_.at(descriptor),
                       .offset_bytes = static_cast<std::uint64_t>(place),
                       .bytes = std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(written))});
    disk->done();
    return written;
  }

  static ssize_t read(int descriptor, void* bytes, std::size_t size, off_t at) {
    if (FaultyDisk* disk = disk_of(descriptor); disk && disk->strikes(false)) return -1;
    return at >= 0 ? ::syscall(SYS_pread64, descriptor, bytes, size, at) : ::syscall(SYS_read, descriptor, bytes, size);
  }

  template <class Real>
  static int change(FaultyDisk* disk, const Real& real, const auto& note) {
    if (disk && disk->strikes(true)) return -1;
    const auto result = static_cast<int>(real());
    if (!disk || result != 0) return result;
    note(*disk);
    disk->done();
    return result;
  }

  // Nothing is really synced: no test outlives the power, and real syncs took nine tenths of the time.
  static int sync(int descriptor) {
    return change(
        disk_of(descriptor), [] { return 0; },
        [&](FaultyDisk& disk) { disk.record_.add({.act = Act::Sync, .node = disk.opened_.at(descriptor)}); });
  }

  static int resize(int descriptor, off_t size) {
    return change(
        disk_of(descriptor), [&] { return ::syscall(SYS_ftruncate, descriptor, size); },
        [&](FaultyDisk& disk) {
          disk.record_.add({.act = Act::Size,
                            .node = disk.opened_.at(descriptor),
                            .offset_bytes = static_cast<std::uint64_t>(size)});
        });
  }

  static int make_folder(const char* path, mode_t mode) {
    return change(
        disk_of(path), [&] { return ::syscall(SYS_mkdirat, AT_FDCWD, path, mode); },
        [&](FaultyDisk& disk) { disk.add_entry(path, "", true); });
  }

  static int rename(const char* from, const char* to) {
    return change(
        disk_of(to), [&] { return ::syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0); },
        [&](FaultyDisk& disk) { disk.add_entry(to, from, false); });
  }

  static int remove(const char* path) {
    return change(
        disk_of(path), [&] { return ::syscall(SYS_unlinkat, AT_FDCWD, path, 0); },
        [&](FaultyDisk& disk) {
          disk.record_.add({.act = Act::Removal, .node = disk.node(folder_of(path)), .name = name_of(path)});
          disk.nodes_.erase(path);
        });
  }

  static int set_rights(int folder, const char* path, mode_t mode) {
    return change(
        disk_of(path), [&] { return ::syscall(SYS_fchmodat, folder, path, mode); }, [](FaultyDisk&) {});
  }
};

// Under other names in C++, so that no inline version of a header comes in between; visible, or the shared libraries
// would go on with the C library's.
#pragma GCC visibility push(default)
int open_call(const char* path, int flags, ...) asm("open");
int open64_call(const char* path, int flags, ...) asm("open64");
int close_call(int descriptor) asm("close");
ssize_t write_call(int descriptor, const void* bytes, std::size_t size) asm("write");
ssize_t writev_call(int descriptor, const iovec* parts, int count) asm("writev");
ssize_t pwrite_call(int descriptor, const void* bytes, std::size_t size, off_t at) asm("pwrite");
ssize_t pwrite64_call(int descriptor, const void* bytes, std::size_t size, off_t at) asm("pwrite64");
ssize_t read_call(int descriptor, void* bytes, std::size_t size) asm("read");
ssize_t pread_call(int descriptor, void* bytes, std::size_t size, off_t at) asm("pread");
ssize_t pread64_call(int descriptor, void* bytes, std::size_t size, off_t at) asm("pread64");
ssize_t sendfile_call(int to, int from, off_t* at, std::size_t size) asm("sendfile");
ssize_t copy_range_call(int from, off_t* from_at, int to, off_t* to_at, std::size_t size,
                        unsigned flags) asm("copy_file_range");
int fsync_call(int descriptor) asm("fsync");
int fdatasync_call(int descriptor) asm("fdatasync");
int ftruncate_call(int descriptor, off_t size) asm("ftruncate");
int ftruncate64_call(int descriptor, off_t size) asm("ftruncate64");
int mkdir_call(const char* path, mode_t mode) asm("mkdir");
int mkstemp_call(char* path) asm("mkstemp");
int rename_call(const char* from, const char* to) asm("rename");
int unlink_call(const char* path) asm("unlink");
int fchmodat_call(int folder, const char* path, mode_t mode, int flags) asm("fchmodat");
#pragma GCC visibility pop

int open_call(const char* path, int flags, ...) {
  std::va_list list;
  va_start(list, flags);
  const unsigned mode = va_arg(list, unsigned);
  va_end(list);
  return DiskCalls::open(path, flags, mode);
}
int open64_call(const char* path, int flags, ...) {
  std::va_list list;
  va_start(list, flags);
  const unsigned mode = va_arg(list, unsigned);
  va_end(list);
  return DiskCalls::open(path, flags, mode);
}
int close_call(int descriptor) { return DiskCalls::close(descriptor); }
ssize_t write_call(int descriptor, const void* bytes, std::size_t size) {
  return DiskCalls::write(descriptor, bytes, size, -1);
}
// Fewer bytes than asked for are allowed: the caller goes on with the rest.
ssize_t writev_call(int descriptor, const iovec* parts, int count) {
  if (!DiskCalls::disk_of(descriptor)) return ::syscall(SYS_writev, descriptor, parts, count);
  int part = 0;
  while (part + 1 < count && parts[part].iov_len == 0) ++part;
  return DiskCalls::write(descriptor, parts[part].iov_base, parts[part].iov_len, -1);
}
ssize_t pwrite_call(int descriptor, const void* bytes, std::size_t size, off_t at) {
  return DiskCalls::write(descriptor, bytes, size, at);
}
ssize_t pwrite64_call(int descriptor, const void* bytes, std::size_t size, off_t at) {
  return DiskCalls::write(descriptor, bytes, size, at);
}
ssize_t read_call(int descriptor, void* bytes, std::size_t size) {
  return DiskCalls::read(descriptor, bytes, size, -1);
}
ssize_t pread_call(int descriptor, void* bytes, std::size_t size, off_t at) {
  return DiskCalls::read(descriptor, bytes, size, at);
}
ssize_t pread64_call(int descriptor, void* bytes, std::size_t size, off_t at) {
  return DiskCalls::read(descriptor, bytes, size, at);
}
// Not on this disk: whoever copies goes on with read and write, which are seen.
ssize_t sendfile_call(int to, int from, off_t* at, std::size_t size) {
  if (!DiskCalls::disk_of(to)) return ::syscall(SYS_sendfile, to, from, at, size);
  errno = ENOSYS;
  return -1;
}
ssize_t copy_range_call(int from, off_t* from_at, int to, off_t* to_at, std::size_t size, unsigned flags) {
  if (!DiskCalls::disk_of(to)) return ::syscall(SYS_copy_file_range, from, from_at, to, to_at, size, flags);
  errno = ENOSYS;
  return -1;
}
int fsync_call(int descriptor) { return DiskCalls::sync(descriptor); }
int fdatasync_call(int descriptor) { return DiskCalls::sync(descriptor); }
int ftruncate_call(int descriptor, off_t size) { return DiskCalls::resize(descriptor, size); }
int ftruncate64_call(int descriptor, off_t size) { return DiskCalls::resize(descriptor, size); }
int mkdir_call(const char* path, mode_t mode) { return DiskCalls::make_folder(path, mode); }
int mkstemp_call(char* path) {
  static int made = 0;
  for (;;) {
    const std::string name = std::to_string(100'000 + (::getpid() * 31 + ++made) % 900'000);
    name.copy(path + std::char_traits<char>::length(path) - name.size(), name.size());
    const int descriptor = DiskCalls::open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (descriptor >= 0 || errno != EEXIST) return descriptor;
  }
}
int rename_call(const char* from, const char* to) { return DiskCalls::rename(from, to); }
int unlink_call(const char* path) { return DiskCalls::remove(path); }
int fchmodat_call(int folder, const char* path, mode_t mode, int) { return DiskCalls::set_rights(folder, path, mode); }

}  // namespace ratchet::db
