#include "ratchet/bisection.h"

#include "ratchet/error.h"

namespace ratchet {

Bisection bisect(std::span<const Trial> trials) {
  if (trials.size() < 2 || trials.front() != Trial::Good || trials.back() != Trial::Bad)
    throw Error("a bisection needs a good commit and, after it, a bad one");
  Bisection state;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    if (trials[i] == Trial::Good) state.good = i;
  }
  state.bad = state.good + 1;
  while (trials[state.bad] != Trial::Bad) ++state.bad;
  const auto off_middle = [&](std::size_t i) {
    const std::size_t twice = 2 * i;
    const std::size_t middle = state.good + state.bad;
    return twice > middle ? twice - middle : middle - twice;
  };
  for (std::size_t i = state.good + 1; i < state.bad; ++i) {
    if (trials[i] != Trial::Unknown) continue;
    if (!state.next || off_middle(i) < off_middle(*state.next)) state.next = i;
  }
  return state;
}

}  // namespace ratchet
