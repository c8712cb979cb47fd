// Golden values: a separate program of the formula in session_spread.h (numpy and scipy).
#include "ratchet/session_spread.h"

#include <doctest/doctest.h>

#include <limits>
#include <span>
#include <string>
#include <vector>

#include "ratchet/error.h"
#include "tests/ratchet/close.h"

using namespace ratchet;

namespace {

constexpr double kDefault = 0.0025;

std::vector<Session> of_one_launch(const std::string& code, const std::vector<double>& medians_ns) {
  std::vector<Session> sessions;
  for (const double median_ns : medians_ns) sessions.push_back({code, {median_ns}});
  return sessions;
}

std::vector<Session> of_five_launches(const std::string& code, const std::vector<double>& medians_ns) {
  std::vector<Session> sessions;
  for (const double m : medians_ns) sessions.push_back({code, {m, 0.999 * m, 1.001 * m, 0.998 * m, 1.003 * m}});
  return sessions;
}

}  // namespace

TEST_CASE("session_spread: until there are five sessions the default stands, to the last bit") {
  const std::vector<Session> five = of_one_launch("a", {1000, 1100, 900, 1200, 800});
  for (std::size_t n = 0; n < 5; ++n) {
    const SessionSpread spread = session_spread(std::span(five).first(n), kDefault);
    CHECK(spread.sd == kDefault);
    CHECK_FALSE(spread.learned);
  }
  CHECK(session_spread(five, kDefault).learned);
  CHECK(session_spread(five, kDefault).sessions == 5);
}

TEST_CASE("session_spread: five wild sessions widen the limit far beyond the default") {
  const auto sessions = of_one_launch("a", {1000, 1010, 990, 1005, 995});
  CHECK(close(session_spread(sessions, kDefault).sd, 0.0123802850785764, 1e-12));
}

TEST_CASE("session_spread: codes are pooled, each around its own mean, and a lone session counts for nothing") {
  auto sessions = of_one_launch("a", {1000, 1002, 998, 1001});
  for (const Session& session : of_one_launch("b", {500, 501})) sessions.push_back(session);
  const SessionSpread without = session_spread(sessions, kDefault);
  CHECK(close(without.sd, 0.00263889770942591, 1e-12));
  CHECK(without.sessions == 6);
  sessions.push_back({"c", {700}});
  CHECK(session_spread(sessions, kDefault).sd == without.sd);
  CHECK(session_spread(sessions, kDefault).sessions == 6);
}

TEST_CASE("session_spread: what the launches of a session scatter is not counted as a difference between sessions") {
  const std::vector<double> medians{1000, 1002, 998, 1001, 997};
  const double bare = session_spread(of_one_launch("a", medians), kDefault).sd;
  const double known = session_spread(of_five_launches("a", medians), kDefault).sd;
  CHECK(close(bare, 0.00330469650958302, 1e-12));
  CHECK(close(known, 0.00307540217919264, 1e-6));  // the standard errors come from differences
}

TEST_CASE("session_spread: sessions that differ by no more than their launches scatter teach nothing") {
  std::vector<Session> noisy;
  for (const double m : {1000.0, 1001.0, 999.0, 1002.0, 998.0, 1000.5})
    noisy.push_back({"a", {m, 0.95 * m, 1.05 * m, 0.9 * m, 1.1 * m}});
  CHECK(session_spread(noisy, kDefault).sd == kDefault);
  CHECK_FALSE(session_spread(noisy, kDefault).learned);
}

TEST_CASE("session_spread: many quiet sessions lead below the default, and never below the floor") {
  std::vector<double> quiet;
  for (int i = 0; i < 60; ++i) quiet.push_back(1000 * (1 + (i % 2 == 0 ? 1e-3 : -1e-3)));
  const double sd = session_spread(of_one_launch("a", quiet), kDefault).sd;
  CHECK(sd > 0.001);
  CHECK(sd < 0.0013);
  std::vector<double> still;
  for (int i = 0; i < 60; ++i) still.push_back(1000 * (1 + (i % 2 == 0 ? 1e-6 : -1e-6)));
  CHECK(session_spread(of_one_launch("a", still), kDefault).sd == 0.0005);
  CHECK(session_spread(of_one_launch("a", still), 0.0002).sd <= 0.0002);
}

TEST_CASE("session_spread: equal medians in all sessions know nothing") {
  const SessionSpread spread = session_spread(of_one_launch("a", std::vector<double>(20, 1000)), kDefault);
  CHECK(spread.sd == kDefault);
  CHECK_FALSE(spread.learned);
}

TEST_CASE("session_spread: a history that is none is refused by name") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double bad : {0.0, -1.0, nan, infinity}) {
    CHECK_THROWS_WITH_AS((void)session_spread(of_one_launch("code-1", {1000, bad}), kDefault),
                         "a session of code-1 has a time that is not positive and finite", Error);
    CHECK_THROWS_AS((void)session_spread({}, bad), Error);
  }
  CHECK_THROWS_WITH_AS((void)session_spread(std::vector<Session>{{"code-1", {}}}, kDefault),
                       "a session of code-1 has no launches", Error);
}

TEST_CASE("session_spread: the order of the sessions does not matter") {
  const auto sessions = of_five_launches("a", {1000, 1002, 998, 1001, 997});
  const std::vector<Session> reversed(sessions.rbegin(), sessions.rend());
  CHECK(close(session_spread(sessions, kDefault).sd, session_spread(reversed, kDefault).sd, 1e-14));
}

TEST_CASE("session_spread: it says in words where it is from") {
  CHECK(to_string(SessionSpread{0.0025, 3, false}) == "0.25 % by default, 3 of 5 sessions known");
  CHECK(to_string(SessionSpread{0.0025, 20, false}) == "0.25 % by default, 20 sessions do not tell it");
  CHECK(to_string(SessionSpread{0.00183, 12, true}) == "0.18 %, from 12 sessions");
}
