#include "ratchet/proportion.h"

#include <boost/math/special_functions/beta.hpp>

#include "ratchet/error.h"

namespace ratchet {

double rate(const Proportion& proportion) {
  return proportion.trials == 0 ? 0 : static_cast<double>(proportion.hits) / static_cast<double>(proportion.trials);
}

Interval clopper_pearson(const Proportion& proportion, double confidence) {
  if (proportion.hits > proportion.trials) throw Error("a proportion has more hits than trials");
  if (proportion.trials == 0) return {0, 1};
  const double tail = (1 - confidence) / 2;
  const double hits = static_cast<double>(proportion.hits);
  const double misses = static_cast<double>(proportion.trials - proportion.hits);
  return {hits == 0 ? 0 : boost::math::ibeta_inv(hits, misses + 1, tail),
          misses == 0 ? 1 : boost::math::ibeta_inv(hits + 1, misses, 1 - tail)};
}

}  // namespace ratchet
