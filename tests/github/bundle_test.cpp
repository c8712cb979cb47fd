#include "src/github/bundle.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "db/sha256.h"
#include "refusal.h"
#include "src/documents/documents.h"
#include "temporary_folder.h"

using namespace ratchet;
using nlohmann::json;

namespace {

github::Bundle bundle() {
  github::Bundle made;
  made.repository = "ann/kernels";
  made.event = "pull_request";
  made.number = 7;
  made.run_id = 12;
  made.head_sha = std::string(40, 'a');
  DuetCase one;
  one.facts.id = "copy/x/n=1";
  one.launches = {{{1000, 1001}, {1002, 1003}}};
  Duet duet;
  duet.cases = {one};
  made.duets = {duet};
  return made;
}

struct Desk {
  TemporaryFolder folder;
  std::filesystem::path at = folder / "bundle";
  Desk() { github::write_bundle(at, bundle()); }
  json manifest() const { return json::parse(documents::read_file(at / "bundle.json")); }
  void manifest(const json& changed) const { std::ofstream(at / "bundle.json") << changed; }
  std::string refused() const {
    return refusal([&] { (void)github::read_bundle(at); });
  }
  // As if somebody had listed this file.
  void list(const std::string& name, std::uint64_t bytes, const std::string& sha256) const {
    json changed = manifest();
    changed["files"].push_back({{"name", name}, {"bytes", bytes}, {"sha256", sha256}});
    manifest(changed);
  }
};

}  // namespace

TEST_CASE("bundle: comes back as it was written") {
  const Desk desk;
  const github::Bundle read = github::read_bundle(desk.at);
  CHECK(read.number == 7);
  CHECK(read.run_id == 12);
  CHECK(read.head_sha == std::string(40, 'a'));
  REQUIRE(read.duets.size() == 1);
  CHECK(read.duets[0].cases[0].launches[0].candidate_ns == std::vector<double>{1002, 1003});
}

TEST_CASE("bundle: is not written over another one") {
  const Desk desk;
  CHECK(contains(refusal([&] { github::write_bundle(desk.at, bundle()); }), "not empty"));
}

TEST_CASE("bundle: a name that leads elsewhere is refused") {
  for (const char* name : {"../../etc/passwd.json", "/etc/passwd", "a/b.json", "..", ".json", "x.json\n", "X.json",
                           "bundle.json", "verdict.json", "a.b.json"}) {
    const Desk desk;
    desk.list(name, 1, std::string(64, '0'));
    CHECK_MESSAGE(contains(desk.refused(), "no plain name of its own"), name);
  }
}

TEST_CASE("bundle: many files that are each small enough are too much together") {
  const Desk desk;
  for (int i = 1; i <= 5; ++i)
    desk.list("duet-" + std::to_string(i) + ".json", std::uint64_t{64} << 20, std::string(64, '0'));
  CHECK(contains(desk.refused(), "bytes in all"));
}

TEST_CASE("bundle: a link, a pipe and a folder are no files") {
  const Desk desk;
  // A whole duet, as listed: only what it is can be wrong with it.
  std::string text = documents::read_file(desk.at / "duet-0.json");
  text.replace(text.find("copy/x"), 6, "copy/y");
  std::ofstream(desk.folder / "secret") << text;
  desk.list("more.json", text.size(), db::sha256_of(text));
  SUBCASE("link") { std::filesystem::create_symlink(desk.folder / "secret", desk.at / "more.json"); }
  SUBCASE("pipe") { REQUIRE(::mkfifo((desk.at / "more.json").c_str(), 0600) == 0); }
  SUBCASE("folder") { std::filesystem::create_directory(desk.at / "more.json"); }
  SUBCASE("nothing") {}
  CHECK(contains(desk.refused(), "more.json"));
}

TEST_CASE("bundle: the same bytes as a file are read") {
  const Desk desk;
  std::string text = documents::read_file(desk.at / "duet-0.json");
  text.replace(text.find("copy/x"), 6, "copy/y");
  std::ofstream(desk.at / "more.json") << text;
  desk.list("more.json", text.size(), db::sha256_of(text));
  CHECK(desk.refused() == "(nothing was refused)");
}

TEST_CASE("bundle: other bytes than the list's are refused") {
  const Desk desk;
  std::string text = documents::read_file(desk.at / "duet-0.json");
  text[text.find("1002")] = '9';
  std::ofstream(desk.at / "duet-0.json") << text;
  CHECK(contains(desk.refused(), "is not what bundle.json says"));
}

TEST_CASE("bundle: what is not listed was put there by somebody") {
  const Desk desk;
  std::ofstream(desk.at / "more.json") << "{}";
  CHECK(contains(desk.refused(), "holds more than its bundle.json lists"));
}

TEST_CASE("bundle: ten gigabytes of zeros are refused before a byte of them is read") {
  const Desk desk;
  constexpr std::uintmax_t kHuge = 10'000'000'000;
  SUBCASE("as a file that says so") {
    std::ofstream(desk.at / "more.json") << "";
    std::filesystem::resize_file(desk.at / "more.json", kHuge);  // sparse
    desk.list("more.json", kHuge, std::string(64, '0'));
    CHECK(contains(desk.refused(), "more than"));
  }
  SUBCASE("as a file that says otherwise") {
    std::filesystem::resize_file(desk.at / "duet-0.json", kHuge);
    CHECK(contains(desk.refused(), "10000000000 bytes, more than"));
  }
  SUBCASE("as the list itself") {
    std::filesystem::resize_file(desk.at / "bundle.json", kHuge);
    CHECK(contains(desk.refused(), "10000000000 bytes, more than"));
  }
}

TEST_CASE("bundle: half a list, another format and a list without a verdict are refused") {
  const Desk desk;
  json changed = desk.manifest();
  changed["format"] = "ratchet.bundle/2";
  desk.manifest(changed);
  CHECK(contains(desk.refused(), "ratchet.bundle/1"));
  changed = desk.manifest();
  changed["format"] = "ratchet.bundle/1";
  changed["head_sha"] = "HEAD";
  desk.manifest(changed);
  CHECK(contains(desk.refused(), "hex digits"));
  std::ofstream(desk.at / "bundle.json") << "{\"format\":";
  CHECK(contains(desk.refused(), "bundle.json"));
}
