// How much the same code differs from session to session, learned from the history. The launches of one session cannot
// show it, so the stored test widens its intervals by it. What is not known is taken to be the default, never zero.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace ratchet {

// One case of one recorded run, or one arm of a duet: the same code measured at one time.
struct Session {
  std::string code;  // equal exactly when the machine code, as far as known, is the same
  std::vector<double> launch_medians_ns;
};

struct SessionSpread {
  double sd = 0;             // ratio; an upper limit, not an estimate
  std::size_t sessions = 0;  // of a code that was measured in at least two of them
  bool learned = false;      // false: the sessions are too few or do not tell it, sd is the default
};

using SessionSpreads = std::map<std::string, SessionSpread>;  // by case id

// Upper limit of the standard deviation between sessions, pooled over codes (each around its own mean).
//
// x = ln(median of the launch medians) of a session, v = its variance within the session (squared bootstrap standard
// error of that median). SS = squares of the x around the mean of their code, df = sessions - codes, N = what the
// launches alone add to SS. Moment estimate s2 = max(0, SS - N) / df, worth d = df * ((SS - N) / SS)^2 degrees of
// freedom (Satterthwaite): sessions that differ by no more than their launches' noise teach nothing. The default counts
// as the upper limit of a prior worth 2 degrees of freedom, so that without evidence the limit is the default exactly:
//   sd^2 = (q(2) * default^2 + d * s2) / q(2 + d),   q(n) the 5 % quantile of chi-squared with n degrees of freedom.
// Fewer than 5 sessions: the default. Nominally 95 %; over normal histories of 5 and 10 sessions the truth was larger
// in up to 20 and 13 %. Never below 0.05 % (or the default, if that is smaller). Throws Error for a
// session without launches or with a time that is not positive and finite, and for a default that is not.
[[nodiscard]] SessionSpread session_spread(std::span<const Session> sessions, double default_sd);

// "0.25 % by default, 3 of 5 sessions known", "0.18 %, from 12 sessions"
[[nodiscard]] std::string to_string(const SessionSpread& spread);

}  // namespace ratchet
