// The commands that people read a history with: trend, show, bisect.
#include <doctest/doctest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "src/report/trend_report.h"
#include "workshop.h"

namespace {

using Json = nlohmann::json;

Json series_of(Workshop& workshop, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"trend", "copy/x/n=1", "--json"});
  const Outcome outcome = workshop.run(arguments);
  REQUIRE_MESSAGE(outcome.code == 0, outcome.err);
  return Json::parse(outcome.out)["series"][0];
}

// A repository whose build makes the module from kernels.txt, and fails where the file `broken` is.
struct History {
  Workshop workshop{"copy/x/n=1 1000\n"};
  std::vector<std::string> shas;

  History() {
    workshop.repository.write(
        "ratchet.json",
        R"({"format":"ratchet.config/1","modules":["build/kernels.so"],"build":"test ! -e broken && mkdir -p build && cp kernels.txt build/kernels.so"})");
    commit(1000);
    REQUIRE(workshop.run({"record"}).code == 0);
  }
  void commit(double time_ns, bool broken = false) {
    const std::string text =
        "copy/x/n=1 " + std::to_string(time_ns) + "\n# commit " + std::to_string(shas.size()) + "\n";
    workshop.repository.write("kernels.txt", text);
    workshop.build(text);
    if (broken)
      workshop.repository.write("broken", "");
    else
      std::filesystem::remove(workshop.repository.path() / "broken");
    shas.push_back(workshop.repository.commit("commit " + std::to_string(shas.size())));
  }
  Json bisect(std::vector<std::string> more = {}, int code = 0) {
    more.insert(more.begin(), {"bisect", "copy/x/n=1", "--json"});
    const Outcome outcome = workshop.run(more);
    CHECK_MESSAGE(outcome.code == code, outcome.err);
    return outcome.out.empty() ? Json() : Json::parse(outcome.out);
  }
};

void check_fault(const Outcome& outcome, const std::string& part) {
  CHECK_MESSAGE(outcome.code == 2, outcome.err);
  CHECK_MESSAGE(contains(outcome.err, part), outcome.err);
  CHECK(outcome.out.empty());
}

int measured(const Json& bisected) {
  int now = 0;
  for (const Json& one : bisected["commits"]) now += one["trial"] != "not tried" && one["recorded"] == false ? 1 : 0;
  return now;
}

}  // namespace

TEST_CASE("trend: a new level is marked at the commit that brought it, in the table, JSON and CSV") {
  Workshop workshop("copy/x/n=1 1000\n");
  std::vector<std::string> shas;
  for (int i = 0; i < 60; ++i) {
    workshop.build("copy/x/n=1 " + std::to_string(i < 30 ? 1000 : 1100) + "\n");
    shas.push_back(workshop.repository.commit("commit " + std::to_string(i)));
    REQUIRE(workshop.run({"run"}).code == 0);
  }
  const Json series = series_of(workshop, {});
  CHECK(series["metric"] == "latency");
  CHECK(series["unit"] == "ns");
  int marks = 0;
  for (const Json& point : series["points"]) {
    if (!point.contains("new_level")) continue;
    ++marks;
    CHECK(point["commit"] == shas[30]);
    CHECK(std::abs(point["new_level"]["change"].get<double>() - 0.1) < 0.02);
    CHECK(point["new_level"]["false_chance"].get<double>() <= 0.01);
  }
  CHECK(marks == 1);
  CHECK(contains(workshop.run({"trend", "copy/x/n=1"}).out, "new level at " + shas[30].substr(0, 10)));
  CHECK(contains(workshop.run({"trend", "copy/x/n=1", "--csv"}).out, "verdict,new_level,breaks,environment"));
  // Not where there is no order.
  CHECK_FALSE(contains(workshop.run({"trend", "copy/x/n=1", "--all"}).out, "new level"));
}

TEST_CASE("trend: tells the verdict, the baseline of the time and the acceptance of a commit") {
  History history;
  history.commit(1001);
  REQUIRE(history.workshop.run({"record"}).code == 0);
  const Json points = series_of(history.workshop, {})["points"];
  REQUIRE(points.size() == 2);
  CHECK(points[1]["verdict"] == "held");
  CHECK(points[0]["change_to_baseline"] == 0);
  CHECK(contains(history.workshop.run({"trend", "copy/x/n=1"}).out, "held"));
}

TEST_CASE("trend: two devices of one model are one series with one baseline, and where the device changed is said") {
  Workshop workshop("copy/x/n=1 1000\n");
  workshop.bench.device = "CPU-1";
  REQUIRE(workshop.run({"record"}).code == 0);
  workshop.bench.device = "CPU-2";
  workshop.build("copy/x/n=1 1001\n");
  workshop.repository.write("notes", "so that the tree is another");
  workshop.repository.commit("second");
  const Outcome checked = workshop.run({"check"});
  CHECK_MESSAGE(checked.code == 0, (checked.out + checked.err));
  CHECK(contains(checked.out, "held"));
  REQUIRE(workshop.run({"run"}).code == 0);
  const Json series = series_of(workshop, {});
  REQUIRE(series["points"].size() == 2);
  CHECK_FALSE(series["points"][0].contains("other_device"));
  CHECK(series["points"][1]["other_device"] == "CPU-2");
  CHECK_FALSE(series["points"][1].contains("breaks"));
  CHECK(series["points"][1].contains("change_to_previous"));
  CHECK(contains(workshop.run({"trend", "copy/x/n=1"}).out, "on another device: CPU-2"));
}

TEST_CASE("trend: metrics without readings are refused by name, others have their unit") {
  Workshop workshop("copy/x/n=1 1000\n");
  REQUIRE(workshop.run({"run"}).code == 0);
  check_fault(workshop.run({"trend", "copy/x/n=1", "--metric", "energy"}), "knows its energy");
  check_fault(workshop.run({"trend", "copy/x/n=1", "--metric", "speed"}), "latency, bandwidth, memory and energy");
  const Json series = series_of(workshop, {"--metric", "bandwidth"});
  CHECK(series["unit"] == "GB/s");
  CHECK(series["points"][0]["value"] == series["points"][0]["bandwidth_gb_per_s"]);
}

TEST_CASE("trend: an unknown case or device names the nearest, an empty database says what to do") {
  Workshop workshop;
  check_fault(workshop.run({"trend", "copy/x/n=1"}), "record");
  REQUIRE(workshop.run({"run"}).code == 0);
  const Outcome unknown = workshop.run({"trend", "copy/x/n=3"});
  check_fault(unknown, "\"copy/x/n=1\" or \"copy/x/n=2\"");
  check_fault(workshop.run({"trend", "copy/x/n=1", "--device", "Fake CPV"}), "did you mean \"Fake CPU\"");
  check_fault(workshop.run({"trend", "copy/x/n=1", "--branch", "nowhere"}), "nowhere");
  check_fault(workshop.run({"trend", "copy/x/n=1", "--since", "yesterday"}), "yesterday");
}

TEST_CASE("trend: --since and --until are days with their ends, --branch another line") {
  Workshop workshop("copy/x/n=1 1000\n");
  REQUIRE(workshop.run({"run"}).code == 0);
  const std::string today = series_of(workshop, {})["points"][0]["started_at"].get<std::string>().substr(0, 10);
  CHECK(series_of(workshop, {"--since", today, "--until", today})["points"].size() == 1);
  check_fault(workshop.run({"trend", "copy/x/n=1", "--since", "2999-01-01"}), "no recorded run");
  check_fault(workshop.run({"trend", "copy/x/n=1", "--until", "2001-01-01"}), "no recorded run");
  workshop.repository.git({"checkout", "-q", "-b", "side"});
  workshop.build("copy/x/n=1 1200\n");
  workshop.repository.write("notes", "so that the tree is another");
  workshop.repository.commit("beside");
  REQUIRE(workshop.run({"run"}).code == 0);
  workshop.repository.git({"checkout", "-q", "main"});
  CHECK(series_of(workshop, {})["points"].size() == 1);
  CHECK(series_of(workshop, {"--branch", "side"})["points"].size() == 2);
}

TEST_CASE("trend: in a shallow clone the commits beyond its end are counted, and the remedy said") {
  Workshop workshop("copy/x/n=1 1000\n");
  REQUIRE(workshop.run({"run"}).code == 0);
  workshop.build("copy/x/n=1 1001\n");
  workshop.repository.write("notes", "so that the tree is another");
  workshop.repository.commit("second");
  REQUIRE(workshop.run({"run"}).code == 0);
  const auto db = workshop.repository.path() / ".ratchet" / "ratchet.db";
  const TemporaryFolder folder;
  workshop.repository.git(
      {"clone", "-q", "--depth", "1", "file://" + workshop.repository.path().string(), (folder.path() / "c").string()});
  const auto here = std::filesystem::current_path();
  std::filesystem::current_path(folder.path() / "c");
  const Outcome outcome = workshop.run({"trend", "copy/x/n=1", "--db", db.string()});
  std::filesystem::current_path(here);
  CHECK(outcome.code == 0);
  CHECK(contains(outcome.err, "1 point"));
  CHECK(contains(outcome.err, "git fetch --unshallow"));
}

TEST_CASE("trend: what a table leaves out is counted, and still in the sparkline") {
  ratchet::history::Series series;
  series.points.resize(3);
  for (std::size_t i = 0; i < 3; ++i) {
    series.points[i].value = static_cast<double>(i + 1);
    series.points[i].ci = {series.points[i].value, series.points[i].value};
    series.points[i].run.commit.sha = std::string(40, static_cast<char>('a' + i));
  }
  const std::string two = ratchet::report::trend_text(series, ratchet::report::Paint(false), 2);
  CHECK_FALSE(contains(two, "aaaaaaaaaa"));
  CHECK(contains(two, "bbbbbbbbbb"));
  CHECK(contains(two, "1 older run not shown"));
  CHECK(contains(two, ratchet::report::sparkline({1, 2, 3})));
  CHECK_FALSE(contains(ratchet::report::trend_text(series, ratchet::report::Paint(false), 3), "not shown"));
}

TEST_CASE("sparkline: at most a hundred blocks, a gap at a break, nothing for nothing") {
  using ratchet::report::sparkline;
  CHECK(sparkline({}) == "");
  CHECK(sparkline({5}) == "\u2581");
  CHECK(sparkline({1, 2, 3}, {2}) == "\u2581\u2585 \u2588");
  CHECK(sparkline(std::vector<double>(5000, 1.0)).size() == 3 * 100);
}

TEST_CASE("show: one run with its place and every case, by uuid, commit or HEAD") {
  Workshop workshop;
  REQUIRE(workshop.run({"run"}).code == 0);
  const Outcome shown = workshop.run({"show", "HEAD"});
  CHECK(shown.code == 0);
  for (const char* part : {"Fake CPU", "copy/x/n=1", "copy/x/n=2", "first", "started"})
    CHECK(contains(shown.out, part));
  const std::string uuid = Json::parse(workshop.run({"show", "HEAD", "--json"}).out)["uuid"];
  CHECK(workshop.run({"show", uuid.substr(0, 8)}).out == shown.out);
  check_fault(workshop.run({"show", "ffffffff"}), "ffffffff");
  check_fault(workshop.run({"show"}), "ratchet log");
}

TEST_CASE("show: control characters of a hostile subject do not reach the terminal") {
  Workshop workshop;
  workshop.repository.commit("bad \x1b[2J subject");
  REQUIRE(workshop.run({"run"}).code == 0);
  CHECK_FALSE(contains(workshop.run({"show", "HEAD"}).out, "\x1b"));
  CHECK_FALSE(contains(workshop.run({"trend", "copy/x/n=1"}).out, "\x1b"));
}

TEST_CASE("bisect: finds the commit that made a case slower in log2 n measurements, and remembers them") {
  History history;
  for (int i = 1; i <= 8; ++i) history.commit(i < 6 ? 1000 : 1100);
  const Json found = history.bisect();
  CHECK(found["found"] == true);
  CHECK(found["oldest_bad"] == history.shas[6]);
  CHECK(found["last_good"] == history.shas[5]);
  CHECK(measured(found) <= 4);  // the end, and three of the seven between
  const Json again = history.bisect();
  CHECK(again["oldest_bad"] == history.shas[6]);
  CHECK(measured(again) == 0);  // all from the record
  const std::string text = history.workshop.run({"bisect", "copy/x/n=1"}).out;
  CHECK(contains(text, "first bad commit: " + history.shas[6].substr(0, 10) + " commit 6"));
}

TEST_CASE("bisect: commits that do not build are skipped, and only they leave a range") {
  History history;
  history.commit(1000);
  history.commit(1000, true);
  history.commit(1100, true);
  history.commit(1100);
  const Json found = history.bisect({}, 3);
  CHECK(found["found"] == false);
  CHECK(found["last_good"] == history.shas[1]);
  CHECK(found["oldest_bad"] == history.shas[4]);
  CHECK(contains(history.workshop.run({"bisect", "copy/x/n=1"}).out, "cannot tell"));
}

TEST_CASE("bisect: --good and --bad name the ends; what is not slower has nothing to find") {
  History history;
  history.commit(1000);
  history.commit(1100);
  history.commit(1000);
  const Outcome none = history.workshop.run({"bisect", "copy/x/n=1"});
  CHECK(none.code == 3);
  CHECK(none.out.empty());
  CHECK(contains(none.err, "nothing to search"));
  const Json found = history.bisect({"--good", history.shas[1], "--bad", "HEAD~1"});
  CHECK(found["oldest_bad"] == history.shas[2]);
  check_fault(history.workshop.run({"bisect", "copy/x/n=1", "--good", "HEAD", "--bad", "HEAD"}), "the same");
  check_fault(history.workshop.run({"bisect", "copy/x/n=1", "--good", "HEAD", "--bad", "HEAD~1"}), "first-parent");
  check_fault(history.workshop.run({"bisect"}), "one case");
  check_fault(history.workshop.run({"bisect", "copy/y/n=1"}), "copy/y/n=1");
}
