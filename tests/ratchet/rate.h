// Counts of what happened, and what they prove. Every test of a rate prints its counts before it judges them.
#pragma once

#include <algorithm>
#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/binomial.hpp>
#include <cstddef>

namespace ratchet {

struct Rate {
  std::size_t events = 0;
  std::size_t trials = 0;

  void count(bool happened) {
    events += happened ? 1 : 0;
    ++trials;
  }
  [[nodiscard]] double value() const { return static_cast<double>(events) / static_cast<double>(trials); }

  // One-sided 95 % bound on the true probability (Clopper & Pearson, Biometrika 26 (1934) 404).
  [[nodiscard]] double at_most() const {
    if (events == trials) return 1;
    const boost::math::beta_distribution<double> law(static_cast<double>(events) + 1,
                                                     static_cast<double>(trials - events));
    return boost::math::quantile(law, 0.95);
  }

  // False when so many events would happen with probability below 1e-4 though the true one were only `promised`.
  [[nodiscard]] bool is_compatible_with_at_most(double promised) const {
    if (events == 0) return true;
    const boost::math::binomial_distribution<double> law(static_cast<double>(trials), promised);
    return boost::math::cdf(boost::math::complement(law, static_cast<double>(events - 1))) >= 1e-4;
  }
};

inline Rate operator+(const Rate& a, const Rate& b) { return {a.events + b.events, a.trials + b.trials}; }

}  // namespace ratchet
