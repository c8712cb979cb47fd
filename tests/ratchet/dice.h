// Random numbers for tests that state rates: fast, since a rate takes a billion of them, and the same with every
// standard library, since printed numbers must be found again (the laws of <random> are left to the library).
#pragma once

#include <cmath>
#include <cstdint>

namespace ratchet {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  // SplitMix64 (Steele, Lea & Flood, OOPSLA 2014).
  std::uint64_t bits() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }
  double uniform() { return static_cast<double>(bits() >> 11U) * 0x1p-53; }  // from [0, 1)
  double between(double low, double high) { return low + (high - low) * uniform(); }
  bool chance(double probability) { return uniform() < probability; }
  std::size_t below(std::size_t count) { return static_cast<std::size_t>(uniform() * static_cast<double>(count)); }

  // Marsaglia's polar method: two at a time, the second one kept.
  double normal() {
    if (has_spare_) {
      has_spare_ = false;
      return spare_;
    }
    double x = 0;
    double y = 0;
    double square = 0;
    do {
      x = between(-1, 1);
      y = between(-1, 1);
      square = x * x + y * y;
    } while (square >= 1 || square == 0);
    const double stretch = std::sqrt(-2 * std::log(square) / square);
    spare_ = y * stretch;
    has_spare_ = true;
    return x * stretch;
  }

  // Divided by its degrees of freedom: mean 1.
  double chi_squared(int degrees) {
    double sum = 0;
    for (int i = 0; i < degrees; ++i) {
      const double z = normal();
      sum += z * z;
    }
    return sum / degrees;
  }

 private:
  std::uint64_t state_;
  double spare_ = 0;
  bool has_spare_ = false;
};

}  // namespace ratchet
