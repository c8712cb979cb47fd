#include "db/modules.h"

#include <system_error>

#include "db/durable.h"
#include "db/sha256.h"
#include "ratchet/error.h"

namespace ratchet::db {
namespace {

bool is_hash(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

std::string ModuleStore::put(const std::filesystem::path& file) {
  create_folders(folder_);
  IncomingFile copy(folder_);
  std::error_code failed;
  std::filesystem::copy_file(file, copy.path(), failed);
  if (failed) throw Error(file.string() + ": cannot copy it to " + folder_.string() + ": " + failed.message());
  const std::string hash = sha256_of_file(copy.path());  // of the copy: the original may change meanwhile
  // Read-only for all: other users of the machine measure beside it, and nobody has a reason to write it again.
  using std::filesystem::perms;
  std::filesystem::permissions(copy.path(), perms::owner_read | perms::group_read | perms::others_read, failed);
  if (failed) throw Error(copy.path().string() + ": cannot protect it: " + failed.message());
  copy.publish_as(folder_ / hash);
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
