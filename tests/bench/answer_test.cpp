#include "src/bench/answer.h"

#include <doctest/doctest.h>

#include "ratchet/error.h"

namespace ratchet::bench {
namespace {

const std::string kRun = R"({"format":"ratchet.run/1","environment":{"device":{"kind":"cpu","name":"x"}},"measurements":[
  {"case":"a","unit":"ns","launches":[[1]]},{"case":"b","unit":"ns","launches":[[2]]}]})";

TEST_CASE("answer: only of the cases that were asked for, in their order, and by who names the device") {
  CHECK(answer_of(kRun, false, {"a", "b"}).cases.size() == 2);
  CHECK_THROWS_AS((void)answer_of(kRun, false, {"b", "a"}), Error);
  CHECK_THROWS_AS((void)answer_of(kRun, false, {"a"}), Error);
  CHECK_THROWS_AS((void)answer_of(kRun, false, {"a", "b", "c"}), Error);
  CHECK_THROWS_AS((void)answer_of(kRun, true, {"a", "b"}), Error);
  const std::string nowhere = R"({"format":"ratchet.run/1","measurements":[{"case":"a","unit":"ns","launches":[[1]]}]})";
  CHECK_THROWS_AS((void)answer_of(nowhere, false, {"a"}), Error);
  CHECK_THROWS_AS((void)module_of(R"({"format":"ratchet.module/1","name":"m","device":"cpu","cases":[{"case":"a"}]})"), Error);
  const std::string same = R"({"format":"ratchet.launches/1","cases":[{"case":"a","same":false,"why":"w"}]})";
  CHECK(comparison_of(same, "a").why == "w");
  CHECK_THROWS_AS((void)comparison_of(same, "b"), Error);
}

TEST_CASE("answer: a step is about one case to all of them") {
  CHECK(entrants_of("1", 2) == 1);
  CHECK(entrants_of("2", 2) == 2);
  for (const char* text : {"", "0", "3", "-1", "nan", "1e9", "2 ", "99999999999999999999"}) CHECK_FALSE(entrants_of(text, 2));
}

}  // namespace
}  // namespace ratchet::bench
