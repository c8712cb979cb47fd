#include "src/bench/options.h"

#include <doctest/doctest.h>

#include "ratchet/error.h"

namespace ratchet::bench {
namespace {

Options parsed(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "ratchet-bench");
  return std::get<Options>(parse_options(static_cast<int>(arguments.size()), arguments.data()));
}

std::string refusal(std::vector<const char*> arguments) {
  try {
    (void)parsed(std::move(arguments));
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST_CASE("options: the clock is left alone unless a clock is given") {
  CHECK(parsed({"--module", "m"}).lock_clocks_mhz == 0);
  CHECK(parsed({"--module", "m", "--lock-clocks", "1500"}).lock_clocks_mhz == 1500);
  CHECK(refusal({"--module", "m", "--lock-clocks", "0"}) == "--lock-clocks must lie between 1 and 10000");
}

TEST_CASE("options: the defaults are those of the documentation") {
  const Options options = parsed({"--module", "m.so"});
  CHECK(options.modules == std::vector<std::string>{"m.so"});
  CHECK_FALSE(options.duet);
  CHECK_FALSE(options.together);
  CHECK(options.warmup == 20);
  CHECK(options.rounds == 101);
  CHECK(options.timeout_s == 60);
  CHECK(options.lock_timeout_s == 600);
}

TEST_CASE("options: a handicap is split at its last equals sign, since ids hold some") {
  const Options options = parsed({"--module", "m.so", "--handicap", "axpy/*/n=1024=7.5", "--handicap", "*=1"});
  REQUIRE(options.handicaps.size() == 2);
  CHECK(options.handicaps[0].glob == "axpy/*/n=1024");
  CHECK(options.handicaps[0].percent == 7.5);
  for (const char* bad : {"x", "x=", "x=0", "x=-1", "x=nan", "x=inf", "x=1%"})
    CHECK(refusal({"--module", "m.so", "--handicap", bad}).find(bad) != std::string::npos);
}

TEST_CASE("options: exactly one use is asked for") {
  CHECK(refusal({}) != "");
  CHECK(refusal({"--baseline", "a.so"}) != "");
  CHECK(refusal({"--module", "a.so", "--describe", "a.so"}) != "");
  CHECK(refusal({"--module", "c.so", "--baseline", "a.so", "--candidate", "b.so"}) != "");
  CHECK(parsed({"--baseline", "a.so", "--candidate", "b.so"}).duet);
  CHECK(parsed({"--describe", "a.so"}).describe);
}

TEST_CASE("options: identify is of two modules as they are") {
  CHECK(parsed({"--identify", "--baseline", "a.so", "--candidate", "b.so"}).identify);
  CHECK_FALSE(parsed({"--baseline", "a.so", "--candidate", "b.so"}).identify);
  CHECK(refusal({"--identify", "--module", "a.so"}).find("--identify") != std::string::npos);
  CHECK(refusal({"--identify", "--describe", "a.so"}).find("--identify") != std::string::npos);
  CHECK(refusal({"--identify", "--baseline", "a.so", "--candidate", "b.so", "--handicap", "*=1"}).find("--handicap") !=
        std::string::npos);
}

TEST_CASE("options: a run may be of several modules, and groups are of a run whose cases are listed") {
  CHECK(parsed({"--module", "a.so", "--module", "b.so"}).modules == std::vector<std::string>{"a.so", "b.so"});
  CHECK(parsed({"--module", "a.so", "--cases-from", "f", "--together"}).together);
  CHECK(refusal({"--module", "a.so", "--together"}).find("--cases-from") != std::string::npos);
  CHECK(refusal({"--baseline", "a.so", "--candidate", "b.so", "--cases-from", "f", "--together"}).find("--module") !=
        std::string::npos);
}

TEST_CASE("options: a number is a number, in range") {
  for (const char* bad : {"-1", "0", "1e3", "", " 1", "0x10", "99999999999999999999"})
    CHECK(refusal({"--module", "m.so", "--rounds", bad}) != "");
  CHECK(parsed({"--module", "m.so", "--seed", "18446744073709551615"}).seed == ~std::uint64_t{0});
  CHECK(parsed({"--module", "m.so", "--inputs", "7"}).inputs == 7);
  CHECK(parsed({"--module", "m.so", "--timeout-s", "0.5"}).timeout_s == 0.5);
  for (const char* bad : {"0", "-1", "nan", "1s"}) CHECK(refusal({"--module", "m.so", "--timeout-s", bad}) != "");
}

TEST_CASE("options: abbreviations, strays and repeated values are refused") {
  CHECK(refusal({"--mod", "m.so"}) != "");
  CHECK(refusal({"m.so"}) != "");
  CHECK(refusal({"--describe", "a.so", "--describe", "b.so"}) != "");
}

}  // namespace
}  // namespace ratchet::bench
