#include "src/documents/history_document.h"

#include <doctest/doctest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "ratchet/error.h"
#include "src/documents/packed.h"

using ratchet::documents::HistoryDocument;

namespace {

HistoryDocument small() {
  HistoryDocument history;
  history.tool = "ratchet 0";
  history.made_at = "2026-11-26T00:00:00Z";
  history.commits.resize(1);
  history.commits[0].sha = std::string(40, 'a');
  history.environments.resize(1);
  history.runs = {{"run-1", 0, 0, "2026-11-26T00:00:00Z", true}};
  HistoryDocument::Series series;
  series.facts.id = "copy/x/n=1";
  series.device = "L4";
  series.points = {{0, 1000, {990, 1010}, "regressed"}};
  series.steps = {{1, "retired", "", "2026-11-26T00:00:00Z", 0, {}, "replaced", "Ann"}};
  history.series = {series};
  return history;
}

void check_refused(const HistoryDocument& history) {
  CHECK_THROWS_AS(static_cast<void>(ratchet::documents::write(history)), ratchet::Error);
}

}  // namespace

TEST_CASE("packed: base64 is that of RFC 4648") {
  const char* const kVectors[][2] = {{"", ""},
                                     {"f", "Zg=="},
                                     {"fo", "Zm8="},
                                     {"foo", "Zm9v"},
                                     {"foob", "Zm9vYg=="},
                                     {"fooba", "Zm9vYmE="},
                                     {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : kVectors) CHECK(ratchet::documents::base64(bytes) == text);
  CHECK(ratchet::documents::base64("\xff\xfe\xfd") == "//79");
}

TEST_CASE("packed: numbers are little-endian") {
  const float one[] = {1.0F};  // 00 00 80 3f
  CHECK(ratchet::documents::packed(one) == "AACAPw==");
  const std::uint32_t word[] = {0x01020304U};
  CHECK(ratchet::documents::packed(word) == "BAMCAQ==");
}

TEST_CASE("history: a document holds its columns, and no angle can end the page around it") {
  HistoryDocument history = small();
  history.commits[0].subject = "</script><!-- \xff";
  const std::string text = ratchet::documents::write(history);
  CHECK(text.find('<') == std::string::npos);
  const nlohmann::json json = nlohmann::json::parse(text);
  CHECK(json["format"] == "ratchet.history/1");
  CHECK(json["commits"]["subject"][0] == "</script><!-- \xef\xbf\xbd");
  CHECK(json["series"][0]["median_ns"] == "AAB6RA==");  // 1000.0F
  CHECK(json["verdicts"][2] == "regressed");
  CHECK(json["series"][0]["verdict"] == "Ag==");
  CHECK(json["runs"]["dirty"] == nlohmann::json::array({0}));
  CHECK_FALSE(json["series"][0]["steps"][0].contains("median_ns"));
}

TEST_CASE("history: what points nowhere or is no time is refused") {
  for (const double time_ns :
       {0.0, -1.0, std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
    HistoryDocument history = small();
    history.series[0].points[0].median_ns = time_ns;
    check_refused(history);
  }
  HistoryDocument history = small();
  history.runs[0].commit = 1;
  check_refused(history);
  history = small();
  history.series[0].points[0].run = 1;
  check_refused(history);
  history = small();
  history.series[0].steps[0].point = 2;
  check_refused(history);
  history = small();
  history.series[0].change_points = {{1, 1000, 1100}};
  check_refused(history);
  history = small();
  history.samples = {{0, 0, {{1000, 0}}}};
  check_refused(history);
  history = small();
  history.calibrations = {{"L4", "{"}};
  check_refused(history);
  history = small();
  history.series[0].points[0].verdict = "fine";
  check_refused(history);
}
