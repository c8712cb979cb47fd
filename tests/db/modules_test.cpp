#include "db/modules.h"

#include "db/sha256.h"
#include "tests/db/fixture.h"

namespace ratchet::db {

TEST_CASE("sha256: the published answers") {
  CHECK(sha256_of("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  const Folder folder;
  const std::string million(1'000'000, 'a');
  std::ofstream(folder.file("a")) << million;
  CHECK(sha256_of_file(folder.file("a")) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  CHECK_THROWS_AS(static_cast<void>(sha256_of_file(folder.file("none"))), Error);
  CHECK_THROWS_AS(static_cast<void>(sha256_of_file(folder.file(""))), Error);
}

TEST_CASE("modules: storing a file twice leaves one, under its content") {
  const Folder folder;
  ModuleStore modules(folder.file("modules"));
  std::ofstream(folder.file("m.so")) << "code";
  const std::string hash = modules.put(folder.file("m.so"));
  CHECK(hash == sha256_of("code"));
  CHECK(modules.put(folder.file("m.so")) == hash);
  CHECK(modules.path(hash) == folder.file("modules") / hash);
  CHECK(modules.contains(hash));
  using Iterator = std::filesystem::directory_iterator;
  CHECK(std::distance(Iterator(folder.file("modules")), Iterator()) == 1);
}

TEST_CASE("modules: a damaged file is named, and storing it again repairs it") {
  const Folder folder;
  ModuleStore modules(folder.file("modules"));
  std::ofstream(folder.file("m.so")) << "code";
  const std::string hash = modules.put(folder.file("m.so"));
  std::filesystem::permissions(modules.path(hash), std::filesystem::perms::owner_all);
  std::ofstream(folder.file("modules") / hash) << "Code";
  const std::string fault = fault_of([&] { static_cast<void>(modules.path(hash)); });
  CHECK(says(fault, hash));
  CHECK(says(fault, "damaged"));
  static_cast<void>(modules.put(folder.file("m.so")));
  CHECK_NOTHROW(static_cast<void>(modules.path(hash)));
}

TEST_CASE("modules: what is missing, or is no hash, is an error and creates nothing") {
  const Folder folder;
  ModuleStore modules(folder.file("modules"));
  CHECK(says(fault_of([&] { static_cast<void>(modules.path(std::string(64, 'a'))); }), "missing"));
  CHECK(says(fault_of([&] { static_cast<void>(modules.path("../../etc/passwd")); }), "not a SHA-256"));
  CHECK_FALSE(modules.contains("../ratchet.db"));
  CHECK_FALSE(std::filesystem::exists(folder.file("modules")));
  CHECK(says(fault_of([&] { static_cast<void>(modules.put(folder.file("none.so"))); }), "none.so"));
  CHECK(std::filesystem::is_empty(folder.file("modules")));  // no half copy is left
}

}  // namespace ratchet::db
