#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "src/html/page.h"
#include "workshop.h"

namespace {

std::string contents(const char* file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// The document of the page, as its script reads it.
nlohmann::json document_in(const char* file) {
  const std::string page = contents(file);
  const std::string begin = R"(id="document">)";
  const std::size_t from = page.find(begin) + begin.size();
  return nlohmann::json::parse(page.substr(from, page.find("</script>", from) - from));
}

bool no_page() {
  if (!ratchet::html::has_page()) MESSAGE("skipped: built without npm, so there is no page");
  return !ratchet::html::has_page();
}

}  // namespace

TEST_CASE("report --html: the page has every case, the baseline's moves and the samples asked for") {
  if (no_page()) return;
  Workshop workshop;
  REQUIRE(workshop.run({"record"}).code == 0);
  workshop.build("copy/x/n=1 700\ncopy/x/n=2 2000\n");
  workshop.repository.commit("faster");
  REQUIRE(workshop.run({"record"}).code == 0);
  const Outcome outcome = workshop.run({"report", "--html", "page.html", "--samples", "HEAD"});
  REQUIRE_MESSAGE(outcome.code == 0, outcome.err);
  CHECK(contains(outcome.out, "page.html: 2 cases, 2 commits"));
  const nlohmann::json json = document_in("page.html");
  REQUIRE(json["series"].size() == 2);
  const nlohmann::json& first = json["series"][0];
  CHECK(first["case"] == "copy/x/n=1");
  REQUIRE(first["steps"].size() == 2);
  CHECK(first["steps"][0]["kind"] == "set");
  CHECK(first["steps"][0]["point"] == 0);
  CHECK(first["steps"][1]["kind"] == "advanced");
  CHECK(first["steps"][1]["point"] == 1);
  CHECK(first["newest"]["verdict"] == "improved");
  CHECK(json["commits"]["subject"] == nlohmann::json::array({"first", "faster"}));
  REQUIRE(json["samples"].size() == 2);
  CHECK(json["samples"][0]["run"] == 1);
}

TEST_CASE("report --html: an accepted slowdown is a step up with its reason, and a retirement ends the staircase") {
  if (no_page()) return;
  Workshop workshop;
  REQUIRE(workshop.run({"record"}).code == 0);
  workshop.build("copy/x/n=1 1100\ncopy/x/n=2 2000\n");
  workshop.repository.commit("slower");
  REQUIRE(workshop.run({"record"}).code == 1);
  REQUIRE(workshop.run({"accept", "copy/x/n=1", "--reason", "exact </script> rounding"}).code == 0);
  workshop.repository.commit("accept it");
  REQUIRE(workshop.run({"record"}).code == 0);
  REQUIRE(workshop.run({"baseline", "retire", "copy/x/n=1", "--reason", "replaced"}).code == 0);
  REQUIRE(workshop.run({"report", "--html", "page.html"}).code == 0);
  CHECK_FALSE(contains(contents("page.html"), "exact </script>"));
  const nlohmann::json first = document_in("page.html")["series"][0];
  REQUIRE(first["steps"].size() == 3);
  CHECK(first["steps"][1]["kind"] == "accepted");
  CHECK(first["steps"][1]["point"] == 2);
  CHECK(first["steps"][1]["median_ns"] > first["steps"][0]["median_ns"]);
  CHECK(contains(first["steps"][1]["reason"], "exact </script> rounding"));
  CHECK(first["steps"][2]["kind"] == "retired");
  CHECK(first["steps"][2]["point"] == 3);
  CHECK(first["newest"]["verdict"] == "accepted");
  CHECK(first["drifts"].empty());
}

TEST_CASE("report --html: what does not go together, or does not exist, is a fault and leaves no file") {
  if (no_page()) return;
  Workshop workshop;
  CHECK(workshop.run({"report", "--html", "page.html"}).code != 0);  // no database
  REQUIRE(workshop.run({"record"}).code == 0);
  CHECK(workshop.run({"report", "--html", "page.html", "--price-per-hour", "2"}).code == 2);
  CHECK(workshop.run({"report", "--html", "page.html", "--json"}).code == 2);
  CHECK(workshop.run({"report", "--samples", "HEAD"}).code == 2);
  CHECK(workshop.run({"report", "--html", "page.html", "--samples", "0123456"}).code == 2);
  CHECK(workshop.run({"report", "--html", "no/such/folder/page.html"}).code == 2);
  CHECK_FALSE(std::filesystem::exists("page.html"));
}

TEST_CASE("report --html: what is not on the line is not shown, and its samples are refused") {
  if (no_page()) return;
  Workshop workshop;
  REQUIRE(workshop.run({"record"}).code == 0);
  workshop.repository.git({"checkout", "-q", "--orphan", "elsewhere"});
  workshop.repository.write("other.txt", "other");
  workshop.repository.commit("beside");
  const Outcome outcome = workshop.run({"report", "--html", "page.html"});
  REQUIRE_MESSAGE(outcome.code == 0, outcome.err);
  CHECK(document_in("page.html")["series"].empty());
  CHECK(document_in("page.html")["commits"]["sha"].empty());
  CHECK(document_in("page.html")["points_beside"] == 2);
}

TEST_CASE("report --html: a program without the page says what to install") {
  if (ratchet::html::has_page()) {
    MESSAGE("skipped: this build has the page");
    return;
  }
  Workshop workshop;
  const Outcome outcome = workshop.run({"report", "--html", "page.html"});
  CHECK(outcome.code == 2);
  CHECK(contains(outcome.err, "npm"));
}
