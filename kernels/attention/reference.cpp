// The definition of attention, in double and in its own words: all scores of a row, their softmax, the weighted sum.
// It shares no code with the fast versions, so that a mistake of theirs cannot hide in it.
#include "kernels/attention/attention.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace ratchet::kernels::attention {
namespace {

void reference_row(const Shape& shape, const Call& call, std::uint64_t row, double* out) {
  const std::uint64_t token = row % shape.tokens;
  const std::uint64_t head = (row - token) * kHeadDim;
  const float* q = call.buffer<const float>(kQ) + row * kHeadDim;
  const float* k = call.buffer<const float>(kK) + head;
  const float* v = call.buffer<const float>(kV) + head;

  std::vector<double> weight(shape.causal ? token + 1 : shape.tokens);
  for (std::size_t key = 0; key < weight.size(); ++key) {
    weight[key] = std::inner_product(q, q + kHeadDim, k + key * kHeadDim, 0.0, std::plus<double>(),
                                     [](float x, float y) { return double{x} * double{y}; }) /
                  std::sqrt(double{kHeadDim});
  }
  const double largest = *std::max_element(weight.begin(), weight.end());
  for (double& w : weight) w = std::exp(w - largest);
  const double sum = std::accumulate(weight.begin(), weight.end(), 0.0);

  std::fill_n(out, kHeadDim, 0.0);
  for (std::size_t key = 0; key < weight.size(); ++key) {
    for (int d = 0; d < kHeadDim; ++d)
      out[d] += weight[key] / sum * double{v[key * kHeadDim + static_cast<unsigned>(d)]};
  }
}

}  // namespace

void reference_cpu(const Shape& shape, const Call& call, double* const* expected) {
  call.parallel_for(static_cast<std::uint32_t>(shape.rows()), [&](std::uint32_t row) {
    reference_row(shape, call, row, expected[0] + std::uint64_t{row} * kHeadDim);
  });
}

}  // namespace ratchet::kernels::attention
