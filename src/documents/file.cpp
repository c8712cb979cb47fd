#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

#include "db/temporary_name.h"
#include "ratchet/error.h"
#include "src/documents/documents.h"

namespace ratchet::documents {
namespace {

struct CloseGzip {
  void operator()(gzFile file) const noexcept { gzclose_r(file); }
};
using Gzip = std::unique_ptr<gzFile_s, CloseGzip>;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

[[noreturn]] void fail(const std::string& action, const std::string& name) {
  throw Error("cannot " + action + " " + name + ": " + std::strerror(errno));
}

Gzip open_for_reading(const std::filesystem::path& path, const std::string& name) {
  errno = 0;
  if (path != "-") {
    if (std::filesystem::is_directory(path)) throw Error(name + " is a folder; name a file in it");
    Gzip file(gzopen(path.c_str(), "rbe"));
    if (!file) fail("read", name);
    return file;
  }
  const int fd = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
  if (fd < 0) fail("read", name);
  Gzip file(gzdopen(fd, "rb"));
  if (!file) {
    ::close(fd);
    fail("read", name);
  }
  return file;
}

// gzerror speaks of Z_ERRNO only by number; a truncated stream shows up after the last byte that could be expanded.
void check_stream(gzFile file, const std::string& name) {
  int status = Z_OK;
  const std::string message = gzerror(file, &status);
  if (status == Z_ERRNO) fail("read", name);
  if (status != Z_OK && status != Z_STREAM_END)
    throw Error("cannot read " + name + ": the gzip data are damaged or cut off (" + message + ")");
}

void write_all(int fd, std::string_view contents, const std::string& name) {
  while (!contents.empty()) {
    const ssize_t written = ::write(fd, contents.data(), contents.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write", name);
    contents.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

std::string read_file(const std::filesystem::path& path, std::size_t limit_bytes) {
  const std::string name = path == "-" ? "standard input" : path.string();
  const Gzip file = open_for_reading(path, name);
  std::string contents;
  std::string block(std::size_t{1} << 18, '\0');
  for (;;) {
    errno = 0;
    const int got = gzread(file.get(), block.data(), static_cast<unsigned>(block.size()));
    check_stream(file.get(), name);
    if (got <= 0) return contents;
    if (contents.size() + static_cast<std::size_t>(got) > limit_bytes)
      throw Error(name + ": larger than " + std::to_string(limit_bytes) + " bytes (expanded); split it");
    contents.append(block, 0, static_cast<std::size_t>(got));
  }
}

void replace_file(const std::filesystem::path& path, std::string_view contents) {
  const db::TemporaryName beside(path);  // who is killed leaves nothing for good in a work tree
  const std::string temporary = beside.with(".new");
  const Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (file.get() < 0) fail("create", temporary);
  write_all(file.get(), contents, temporary);
  if (::fsync(file.get()) != 0) fail("write", temporary);
  if (::rename(temporary.c_str(), path.c_str()) != 0) fail("replace", path.string());

  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0 || ::fsync(directory.get()) != 0) fail("make durable", path.string());
}

}  // namespace ratchet::documents
