#include "db/modules.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <system_error>

#include "db/sha256.h"
#include "ratchet/error.h"

namespace ratchet::db {
namespace {

class Descriptor {
 public:
  Descriptor(const std::filesystem::path& file, int flags) : Descriptor(open(file.c_str(), flags | O_CLOEXEC), file) {}
  Descriptor(int number, const std::filesystem::path& file) : number_(number) {
    if (number_ < 0) fail(file, "open");
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(number_); }
  [[nodiscard]] int number() const { return number_; }

  // errno's words, before anything else can change them.
  [[noreturn]] static void fail(const std::filesystem::path& file, const char* doing) {
    throw Error(file.string() + ": cannot " + doing + " it: " + std::generic_category().message(errno) +
                "; check that it exists, your rights, and the space on the disk");
  }

 private:
  int number_;
};

void flush(const Descriptor& descriptor, const std::filesystem::path& file) {
  if (fsync(descriptor.number()) != 0) Descriptor::fail(file, "flush");
}

bool is_hash(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// A copy under a name of its own, removed unless it was renamed in time.
struct Temporary {
  explicit Temporary(const std::filesystem::path& folder) : name((folder / "incoming-XXXXXX").string()) {
    const Descriptor made(mkstemp(name.data()), folder);
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  ~Temporary() {
    if (!name.empty()) unlink(name.c_str());
  }
  std::string name;
};

}  // namespace

std::string ModuleStore::put(const std::filesystem::path& file) {
  std::error_code failed;
  std::filesystem::create_directories(folder_, failed);
  if (failed) throw Error(folder_.string() + ": cannot create the folder: " + failed.message());
  Temporary copy(folder_);
  std::filesystem::copy_file(file, copy.name, std::filesystem::copy_options::overwrite_existing, failed);
  if (failed) throw Error(file.string() + ": cannot copy it to " + folder_.string() + ": " + failed.message());
  const std::string hash = sha256_of_file(copy.name);  // of the copy: the original may change meanwhile
  // Read-only for all: other users of the machine measure beside it, and nobody has a reason to write it again.
  if (chmod(copy.name.c_str(), 0444) != 0) Descriptor::fail(copy.name, "protect");
  flush(Descriptor(copy.name, O_RDONLY), copy.name);
  if (rename(copy.name.c_str(), (folder_ / hash).c_str()) != 0) Descriptor::fail(folder_ / hash, "rename to");
  copy.name.clear();
  flush(Descriptor(folder_, O_RDONLY | O_DIRECTORY), folder_);
  return hash;
}

bool ModuleStore::contains(const std::string& hash) const {
  return is_hash(hash) && std::filesystem::is_regular_file(folder_ / hash);
}

std::filesystem::path ModuleStore::path(const std::string& hash) const {
  if (!is_hash(hash)) throw Error("module \"" + hash + "\": not a SHA-256 in lower-case hex");
  const std::filesystem::path file = folder_ / hash;
  if (!contains(hash)) {
    throw Error(file.string() +
                ": the module file is missing; restore it, or retire the baseline and record a new one");
  }
  if (sha256_of_file(file) != hash) {
    throw Error(file.string() +
                ": the module file is damaged (its content has another SHA-256); restore it, or build that "
                "commit again and store it");
  }
  return file;
}

}  // namespace ratchet::db
