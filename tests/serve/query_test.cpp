#include "src/serve/query.h"

#include <doctest/doctest.h>

#include <array>

namespace ratchet::serve {
namespace {

constexpr std::array<std::string_view, 3> kKnown{"case", "limit", "all"};

void check_refused(const Fields& given, const std::string& words) {
  try {
    const Query query(given, kKnown);
    static_cast<void>(query.count("limit", 1, 1000));
    static_cast<void>(query.flag("all"));
    FAIL("not refused, for want of: " << words);
  } catch (const BadRequest& error) {
    CHECK_MESSAGE(std::string(error.what()).find(words) != std::string::npos, error.what());
  }
}

}  // namespace

TEST_CASE("query: what is not known, stands twice or is no value of its kind is refused in words") {
  check_refused({{"lmit", "3"}}, "there are: case, limit, all");
  check_refused({{"limit", "3"}, {"limit", "3"}}, "given twice");
  for (const char* value : {"", "0", "-1", "1001", "3x", " 3", "0x3", "3.5", "99999999999999999999"})
    check_refused({{"limit", value}}, "a number from 1 to 1000");
  check_refused({{"all", "yes"}}, "0 or 1");
  check_refused({{"case", std::string(kMaxText + 1, 'x')}}, "longer than 500 bytes");
  check_refused({{std::string(kMaxText + 1, 'x'), ""}}, "longer than 500 bytes");
  check_refused({{"case", std::string("a\0b", 3)}}, "zero byte");
}

TEST_CASE("query: values come back, and what was not given has its default") {
  const Query query({{"case", "copy/*"}, {"limit", "1000"}, {"all", "1"}}, kKnown);
  CHECK(query.required("case") == "copy/*");
  CHECK(query.count("limit", 7, 1000) == 1000);
  CHECK(query.flag("all"));
  const Query none({}, kKnown);
  CHECK(none.text("case").empty());
  CHECK(none.count("limit", 7, 1000) == 7);
  CHECK_FALSE(none.flag("all"));
  CHECK_THROWS_AS(static_cast<void>(none.required("case")), BadRequest);
}

}  // namespace ratchet::serve
