#include "src/repository/accept_file.h"

#include <doctest/doctest.h>

#include <fstream>

#include "refusal.h"
#include "src/documents/documents.h"
#include "temporary_folder.h"

using namespace ratchet;
using repository::Acceptance;
using repository::AcceptStatus;

namespace {

std::vector<Acceptance> parse(const std::string& entries) {
  return repository::parse_accept_file(R"({"format":"ratchet.accept/1","accepted":[)" + entries + "]}", "accept.json");
}

std::string entry_refusal(const std::string& entry) {
  return refusal([&] { (void)parse(entry); });
}

Acceptance acceptance(const std::string& pattern, const std::string& until = "") {
  return {pattern, "worth it", until, "", "", std::nullopt};
}

}  // namespace

TEST_CASE("accept: a missing file accepts nothing") {
  const TemporaryFolder folder;
  CHECK(repository::read_accept_file(folder / "ratchet.accept.json").empty());
  CHECK(repository::match({}, "a/b/n=1", "2026-11-22").status == AcceptStatus::None);
}

TEST_CASE("accept: entries are kept in order with all they say") {
  const TemporaryFolder folder;
  const auto file = folder / "ratchet.accept.json";
  repository::append_acceptance(file,
                                {"copy/wide/n=1", "needs 64-bit indices", "2027-02-28", "abc", "Ann <a@b.c>", 3.5});
  repository::append_acceptance(file, acceptance("gemm/*"));
  const auto accepted = repository::read_accept_file(file);
  REQUIRE(accepted.size() == 2);
  CHECK(accepted[0].case_pattern == "copy/wide/n=1");
  CHECK(accepted[0].reason == "needs 64-bit indices");
  CHECK(accepted[0].until == "2027-02-28");
  CHECK(accepted[0].commit == "abc");
  CHECK(accepted[0].author == "Ann <a@b.c>");
  CHECK(accepted[0].max_change_percent == 3.5);
  CHECK(accepted[1].case_pattern == "gemm/*");
  CHECK(accepted[1].until.empty());
  CHECK(!accepted[1].max_change_percent);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("accept: appending keeps what a later version wrote") {
  const TemporaryFolder folder;
  const auto file = folder / "f";
  std::ofstream(file)
      << R"({"format":"ratchet.accept/1","note":"n","accepted":[{"case":"a/b","reason":"r","ticket":7}]})";
  repository::append_acceptance(file, acceptance("c/d"));
  const std::string text = documents::read_file(file);
  CHECK(contains(text, "\"note\": \"n\""));
  CHECK(contains(text, "\"ticket\": 7"));
}

TEST_CASE("accept: a bad new entry or a damaged file changes nothing") {
  const TemporaryFolder folder;
  const auto file = folder / "f";
  repository::append_acceptance(file, acceptance("a/b"));
  const std::string before = documents::read_file(file);
  CHECK(contains(refusal([&] { repository::append_acceptance(file, acceptance("*")); }), "too much"));
  CHECK(contains(refusal([&] {
                   repository::append_acceptance(file, {"a/b", " \n", "", "", "", {}});
                 }),
                 "reason is empty"));
  CHECK(documents::read_file(file) == before);
  std::ofstream(file) << "<<<<<<< HEAD\n" << before;
  CHECK(contains(refusal([&] { repository::append_acceptance(file, acceptance("c/d")); }), "not valid JSON"));
  CHECK(documents::read_file(file).starts_with("<<<<<<<"));
}

TEST_CASE("accept: patterns that would silence the gate are refused") {
  for (const std::string bad : {"*", "**", "*/*", "*/*/*", "?*/*", "copy", "copy*", "", "/", "[a-z]*/*", "*/*/*=*"})
    CHECK_MESSAGE(contains(entry_refusal(R"({"case":")" + bad + R"(","reason":"r"})"), "accepted[0].case"), bad);
  for (const std::string good : {"copy/*", "*/flash/*", "copy/plain/n=1", "copy/pl*/n=?"})
    CHECK_MESSAGE(parse(R"({"case":")" + good + R"(","reason":"r"})").size() == 1, good);
}

TEST_CASE("accept: an entry without a reason, with a wrong date or limit is refused") {
  CHECK(contains(entry_refusal(R"({"case":"a/b"})"), "\"reason\" is missing"));
  CHECK(contains(entry_refusal(R"({"case":"a/b","reason":"  "})"), "reason is empty"));
  for (const std::string bad :
       {"2026-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "tomorrow", "", "2026-11-22T00:00"})
    CHECK_MESSAGE(contains(entry_refusal(R"({"case":"a/b","reason":"r","until":")" + bad + "\"}"), "accepted[0].until"),
                  bad);
  CHECK(parse(R"({"case":"a/b","reason":"r","until":"2028-02-29"})").size() == 1);
  CHECK(contains(entry_refusal(R"({"case":"a/b","reason":"r","max_change_percent":0})"), "max_change_percent"));
  const auto whole = [](const std::string& text) {
    return refusal([&] { (void)repository::parse_accept_file(text, "accept.json"); });
  };
  CHECK(contains(whole(R"({"format":"ratchet.accept/2","accepted":[]})"), "ratchet.accept/2"));
  CHECK(contains(whole(R"({"format":"ratchet.accept/1"})"), "\"accepted\" is missing"));
}

TEST_CASE("accept: an entry holds up to and on its last day") {
  const std::vector<Acceptance> accepted = {acceptance("a/b/*", "2026-11-22")};
  CHECK(repository::match(accepted, "a/b/n=1", "2026-11-21").status == AcceptStatus::Accepted);
  CHECK(repository::match(accepted, "a/b/n=1", "2026-11-22").status == AcceptStatus::Accepted);
  CHECK(repository::match(accepted, "a/b/n=1", "2026-11-23").status == AcceptStatus::Expired);
  CHECK(repository::match(accepted, "a/c/n=1", "2026-11-21").status == AcceptStatus::None);
  CHECK_THROWS_AS((void)repository::match(accepted, "a/b/n=1", "today"), Error);
}

TEST_CASE("accept: the last entry in force counts, and an expired one never hides it") {
  const std::vector<Acceptance> accepted = {acceptance("a/*"), acceptance("a/b/n=1"),
                                            acceptance("a/b/*", "2020-01-01")};
  const auto found = repository::match(accepted, "a/b/n=1", "2026-11-22");
  CHECK(found.status == AcceptStatus::Accepted);
  CHECK(found.acceptance->case_pattern == "a/b/n=1");
}
