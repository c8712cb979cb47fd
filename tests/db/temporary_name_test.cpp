#include "db/temporary_name.h"

#include <csignal>

#include "tests/db/child.h"
#include "tests/db/fixture.h"

namespace ratchet::db {
namespace {

std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

void touch(const std::filesystem::path& file) { std::ofstream(file) << "x"; }

// As a killed owner leaves them: a lock that nobody holds, a file, and a folder with something in it.
void abandon(const std::string& prefix) {
  REQUIRE(WIFSIGNALED(end_of(start([&] {
    const TemporaryName name(prefix);
    touch(name.with(".db"));
    touch(name.with(".db-journal"));
    std::filesystem::create_directory(name.with(".d"));
    touch(name.with(".d") / "file");
    raise(SIGKILL);
  }))));
}

}  // namespace

TEST_CASE("temporary name: all that begins with it is gone with its owner, and nothing else") {
  const Folder folder;
  touch(folder.file("a-kept"));
  {
    const TemporaryName one(folder.file("a"));
    const TemporaryName other(folder.file("a"));
    CHECK(one.with(".db") != other.with(".db"));
    touch(one.with(".db"));
    std::filesystem::create_directory(other.with(".d"));
    touch(other.with(".d") / "file");
    CHECK(names_in(folder.file("")).size() == 5);
  }
  CHECK(names_in(folder.file("")) == std::vector<std::string>{"a-kept"});
}

TEST_CASE("temporary name: what a killed owner left goes when the next one takes a name of the same prefix") {
  const Folder folder;
  abandon(folder.file("a"));
  CHECK(names_in(folder.file("")).size() == 4);
  { const TemporaryName elsewhere(folder.file("b")); }
  CHECK(names_in(folder.file("")).size() == 4);
  { const TemporaryName next(folder.file("a")); }
  CHECK(names_in(folder.file("")).empty());
}

TEST_CASE("temporary name: what is not known to be abandoned stays") {
  const Folder folder;
  const TemporaryName living(folder.file("a"));
  touch(living.with(".db"));
  for (const char* name : {"a-123456.db", "a-1234567.lock", "a-12345.lock", "aa-123456.lock", "a-123456.lockx"})
    touch(folder.file(name));
  std::filesystem::create_symlink(folder.file("a-123456.db"), folder.file("a-abcdef.lock"));
  const std::vector<std::string> before = names_in(folder.file(""));
  { const TemporaryName next(folder.file("a")); }
  CHECK(names_in(folder.file("")) == before);
}

TEST_CASE("temporary name: a folder that is not there is an error that names it") {
  const Folder folder;
  const std::string fault = fault_of([&] { const TemporaryName name(folder.file("none/a")); });
  CHECK(fault.find(folder.file("none/a-")) != std::string::npos);
}

}  // namespace ratchet::db
