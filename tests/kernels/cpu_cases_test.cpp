// The arithmetic of costs against numbers computed by hand, and the CPU versions, with their references, against closed
// forms that neither knows.
#include "kernels/attention/attention.h"
#include "kernels/bandwidth/bandwidth.h"

#include <doctest/doctest.h>

#include "tests/kernels/mini_host.h"

using namespace ratchet::kernels;
using ratchet::kernels::test::Run;

namespace {

// Index by index: the shapes that the tests below ask for.
std::vector<Case> small_attention() {
  return {attention::blocked({1, 1, 64, false}), attention::blocked({1, 1, 64, true}),
          attention::blocked({2, 3, 64, false}), attention::blocked({1, 2, 192, false}),
          attention::blocked({1, 2, 192, true})};
}

std::vector<Case> small_bandwidth() {
  std::vector<Case> list;
  for (const std::uint64_t n : {1, 15, 17, 48, 1000}) {
    list.push_back(bandwidth::copy_threads(4 * n));
    list.push_back(bandwidth::triad_threads(4 * n));
  }
  return list;
}

const ratchet_module& attention_module() { return *export_module<small_attention>("small", RATCHET_CPU); }

Run attention_run(int index) { return {attention_module(), attention_module().cases[index]}; }

// The largest difference from `want` of the output and of the reference.
template <class Want>
double worst_difference(const Run& run, std::uint64_t rows, const Want& want) {
  double worst = 0;
  const std::vector<double> reference = run.reference();
  for (std::uint64_t row = 0; row < rows; ++row) {
    for (std::uint64_t d = 0; d < 64; ++d) {
      for (const double have : {double{run.out()[row * 64 + d]}, reference[row * 64 + d]}) {
        const double difference = std::abs(have - want(row, d));
        if (!(difference <= worst)) worst = difference;
      }
    }
  }
  return worst;
}

}  // namespace

TEST_CASE("bandwidth: bytes and flops are those computed by hand") {
  const Case copy = bandwidth::copy_threads(4096);
  CHECK(copy.bytes == 8192);
  CHECK(copy.flops == 0);
  CHECK(copy.id() == "copy/threads/bytes=4096");
  const Case triad = bandwidth::triad_threads(4096);
  CHECK(triad.bytes == 12288);
  CHECK(triad.flops == 2048);
}

TEST_CASE("bandwidth: copy and triad write every element, also where threads get unequal slices or none") {
  const ratchet_module& module = *export_module<small_bandwidth>("small", RATCHET_CPU);
  for (std::uint32_t i = 0; i < module.case_count; ++i) {
    CAPTURE(module.cases[i].id);
    Run run(module, module.cases[i]);
    run.launch();
    const bool triad = i % 2 == 1;
    const std::vector<double> reference = run.reference();
    for (std::uint64_t k = 0; k < module.cases[i].buffers[0].count; ++k) {
      const double b = run.memory.data(1)[k];
      const double want = triad ? b + 3 * double{run.memory.data(2)[k]} : b;
      REQUIRE(reference[k] == want);
      REQUIRE(std::abs(run.out()[k] - want) <= (triad ? 3e-7 : 0));
    }
  }
}

TEST_CASE("attention: bytes and flops are those computed by hand") {
  const attention::Shape shape{32, 8, 512, false};
  CHECK(attention::work_bytes(shape, 2) == 67108864);
  CHECK(attention::work_flops(shape) == 17179869184);
  CHECK(attention::work_flops({16, 16, 1024, false}) == 68719476736);
  CHECK(attention::work_flops({1, 1, 64, true}) == 532480);  // 64 * 65 / 2 pairs, 256 each
  CHECK(attention::work_flops({.tokens = 512, .head_dim = 128}) == 2 * 67108864);
  CHECK(attention::work_flops({.tokens = 512, .chunk = 128}) == 67108864 / 4);
  CHECK(attention::work_flops({.tokens = 192, .causal = true, .chunk = 128}) == 256 * (128 * 129 / 2 + 64 * 65 / 2));
  const Case one = attention::blocked({1, 8, 512, true});
  CHECK(one.id() == "attention/blocked/B=1,H=8,S=512,D=64,dtype=fp32,causal=1");
  CHECK(one.bytes == 4194304);
}

TEST_CASE("attention: a shape that is not made of whole tiles is refused by name") {
  CHECK_THROWS_WITH(attention::blocked({1, 1, 100, false}),
                    "attention/blocked/B=1,H=1,S=100,D=64,dtype=fp32,causal=0: S must be a positive multiple of 64");
  CHECK_THROWS(attention::blocked({1, 1, 0, false}));
  CHECK_THROWS(attention::blocked({0, 1, 64, false}));
  CHECK_THROWS(attention::blocked({.head_dim = 128}));
  CHECK_THROWS(attention::blocked({.tokens = 512, .chunk = 128}));
  CHECK_THROWS(attention::describe("any", {.head_dim = 96}, RATCHET_F16));
}

TEST_CASE("attention: within chunks it is an op, a definition and a cost of its own") {
  const attention::Shape whole{.tokens = 512};
  attention::Shape local = whole;
  local.chunk = 128;
  const Case one = attention::describe("any", local, RATCHET_F16);
  CHECK(one.id() == "attention_block_local/any/B=1,H=1,S=512,D=64,dtype=fp16,causal=0,chunk=128");
  CHECK(one.full_definition() != attention::describe("any", whole, RATCHET_F16).full_definition());
  CHECK(one.flops * 4 == attention::describe("any", whole, RATCHET_F16).flops);
}

TEST_CASE("attention: queries of zero see all keys alike, which gives the mean of V") {
  for (const int index : {0, 3}) {
    Run run = attention_run(index);
    const ratchet_case& one = attention_module().cases[index];
    const std::uint64_t tokens = index == 0 ? 64 : 192;
    std::fill_n(run.memory.data(attention::kQ), one.buffers[attention::kQ].count, 0.0F);
    run.launch();
    const float* v = run.memory.data(attention::kV);
    const auto mean = [&](std::uint64_t row, std::uint64_t d) {
      double sum = 0;
      for (std::uint64_t key = 0; key < tokens; ++key) sum += v[(row / tokens * tokens + key) * 64 + d];
      return sum / static_cast<double>(tokens);
    };
    CHECK(worst_difference(run, one.buffers[attention::kQ].count / 64, mean) < 1e-6);
  }
}

TEST_CASE("attention: queries of zero, causal, give the mean of V so far") {
  Run run = attention_run(4);
  std::fill_n(run.memory.data(attention::kQ), 2 * 192 * 64, 0.0F);
  run.launch();
  const float* v = run.memory.data(attention::kV);
  const auto mean = [&](std::uint64_t row, std::uint64_t d) {
    double sum = 0;
    for (std::uint64_t key = row / 192 * 192; key <= row; ++key) sum += v[key * 64 + d];
    return sum / static_cast<double>(row % 192 + 1);
  };
  CHECK(worst_difference(run, 2 * 192, mean) < 1e-6);
}

TEST_CASE("attention: causal row 0 is row 0 of V, exactly, in each head") {
  Run run = attention_run(4);
  run.launch();
  for (const std::uint64_t head : {0, 192}) {
    const float* v = run.memory.data(attention::kV) + head * 64;
    CHECK(std::memcmp(run.out() + head * 64, v, 64 * sizeof(float)) == 0);
  }
}

TEST_CASE("attention: a query that matches one key alone takes that key's value") {
  Run run = attention_run(0);
  const auto match = [](std::uint64_t row) { return (row * 27 + 5) % 64; };  // a permutation: 27 is odd
  for (std::uint64_t row = 0; row < 64; ++row) {
    for (std::uint64_t d = 0; d < 64; ++d) {
      run.memory.data(attention::kQ)[row * 64 + d] = d == match(row) ? 30.0F : 0.0F;
      run.memory.data(attention::kK)[row * 64 + d] = d == row ? 30.0F : 0.0F;
    }
  }
  run.launch();  // the score of the match is 900 / 8; e^-112 is nothing
  const float* v = run.memory.data(attention::kV);
  const auto value = [&](std::uint64_t row, std::uint64_t d) { return double{v[match(row) * 64 + d]}; };
  CHECK(worst_difference(run, 64, value) < 1e-6);
}

TEST_CASE("attention: heads and batches do not see each other") {
  Run run = attention_run(2);
  for (std::uint64_t i = 0; i < 6 * 64 * 64; ++i) {
    run.memory.data(attention::kV)[i] = static_cast<float>(i / (64 * 64) + 1);
  }
  run.launch();
  const auto head = [](std::uint64_t row, std::uint64_t) { return static_cast<double>(row / 64 + 1); };
  CHECK(worst_difference(run, 6 * 64, head) < 1e-5);
}

TEST_CASE("attention: scores of thousands stay finite and right") {
  for (const int index : {3, 4}) {
    Run run = attention_run(index);
    for (std::uint64_t i = 0; i < 2 * 192 * 64; ++i) {
      run.memory.data(attention::kQ)[i] *= 30;
      run.memory.data(attention::kK)[i] *= 30;
    }
    run.launch();
    // Scores near 3000 have 8192 steps a power of two less: 1e-7 * 3000 * ln 2 of the weight, where two keys compete.
    CHECK(run.errors().rel_l2 < 1e-3);
  }
}
