#include "ratchet/session_spread.h"

#include <algorithm>
#include <array>
#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>
#include <cstdio>

#include "ratchet/error.h"
#include "ratchet/summary.h"

namespace ratchet {
namespace {

constexpr std::size_t kFewestSessions = 5;
// With 2, five normal sessions let a stored check of 20 unchanged cases fail with at most 1 %, whatever their true
// spread; with 4 that is 2 % at a spread of 1 %, and with 1 the limit is half again as wide for nothing (method.md).
constexpr double kPriorWeight = 2;
constexpr double kTail = 0.05;
// The launches of the steadiest kernel of an H200 scatter by 0.02 to 0.04 % (gemm, queued): a history that claims less
// for whole sessions has been lucky, or has copied itself.
constexpr double kFloor = 0.0005;

double chi_squared_limit(double degrees) { return boost::math::quantile(boost::math::chi_squared(degrees), kTail); }

struct Known {
  double log_median = 0;
  double variance = 0;  // of log_median, as its launches tell
};

Known read(const Session& session, MedianBootstraps& bootstraps) {
  if (session.launch_medians_ns.empty()) throw Error("a session of " + session.code + " has no launches");
  std::vector<double> logs;
  logs.reserve(session.launch_medians_ns.size());
  for (const double time_ns : session.launch_medians_ns) {
    if (!(time_ns > 0 && std::isfinite(time_ns)))
      throw Error("a session of " + session.code + " has a time that is not positive and finite");
    logs.push_back(std::log(time_ns));
  }
  const double error = bootstraps.of(logs.size()).standard_error(logs);
  return {median(logs), error * error};
}

struct Pooled {
  std::size_t sessions = 0;
  double degrees = 0;
  double squares = 0;
  double noise = 0;  // expected share of the launches in the squares
};

Pooled pool(std::span<const Session> sessions) {
  MedianBootstraps bootstraps;
  std::map<std::string, std::vector<Known>> by_code;
  for (const Session& session : sessions) by_code[session.code].push_back(read(session, bootstraps));
  Pooled pooled;
  for (const auto& [code, known] : by_code) {
    if (known.size() < 2) continue;
    const double n = static_cast<double>(known.size());
    std::vector<double> medians;
    for (const Known& one : known) medians.push_back(one.log_median);
    const double spread = standard_deviation(medians);
    pooled.sessions += known.size();
    pooled.degrees += n - 1;
    pooled.squares += (n - 1) * spread * spread;
    for (const Known& one : known) pooled.noise += (1 - 1 / n) * one.variance;
  }
  return pooled;
}

}  // namespace

SessionSpread session_spread(std::span<const Session> sessions, double default_sd) {
  if (!(default_sd > 0 && std::isfinite(default_sd)))
    throw Error("the default spread between sessions must be positive and finite");
  const Pooled pooled = pool(sessions);
  SessionSpread spread{default_sd, pooled.sessions, false};
  if (pooled.sessions < kFewestSessions) return spread;
  // Also false for equal medians in all sessions: a timer's tick or copies, not a machine without spread.
  if (!(pooled.squares > pooled.noise)) return spread;
  const double share = 1 - pooled.noise / pooled.squares;
  const double degrees = pooled.degrees * share * share;
  const double variance = pooled.squares * share / pooled.degrees;
  const double prior = chi_squared_limit(kPriorWeight) * default_sd * default_sd;
  const double limit = std::sqrt((prior + degrees * variance) / chi_squared_limit(kPriorWeight + degrees));
  spread.sd = std::max(std::min(kFloor, default_sd), limit);
  spread.learned = true;
  return spread;
}

std::string to_string(const SessionSpread& spread) {
  std::array<char, 96> text{};
  const double percent = 100 * spread.sd;
  if (spread.learned) {
    std::snprintf(text.data(), text.size(), "%.2g %%, from %zu sessions", percent, spread.sessions);
  } else if (spread.sessions < kFewestSessions) {
    std::snprintf(text.data(), text.size(), "%.2g %% by default, %zu of %zu sessions known", percent, spread.sessions,
                  kFewestSessions);
  } else {
    std::snprintf(text.data(), text.size(), "%.2g %% by default, %zu sessions do not tell it", percent,
                  spread.sessions);
  }
  return text.data();
}

}  // namespace ratchet
