// cuDNN as a peer, as far as it needs neither cuDNN nor a GPU: what is said where it is missing, which form is asked of
// which version, and which plan wins.
#include <doctest/doctest.h>

#include <cstdlib>

#include "kernels/peers/cudnn_graph.h"
#include "kernels/peers/cudnn_race.h"
#include "tests/kernels/mini_host.h"

namespace cudnn = ratchet::kernels::cudnn;
using cudnn::Form;
using ratchet::kernels::Unavailable;
using ratchet::kernels::test::Library;

namespace {

std::string refusal(const char* library) {
  setenv(cudnn::kLibraryVariable, library, 1);
  std::string said;
  try {
    (void)cudnn::Api::load();
  } catch (const Unavailable& what) {
    said = what.what();
  }
  unsetenv(cudnn::kLibraryVariable);
  return said;
}

bool contains(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

// A plan that takes time_ns in each round but the given one, which was disturbed.
std::vector<double> steady(double time_ns, std::size_t disturbed = 0) {
  std::vector<double> times(21, time_ns);
  times[disturbed] *= 3;
  return times;
}

}  // namespace

TEST_CASE("cuDNN: a library that is not there, or is another one, is named together with the way out") {
  const std::string missing = refusal("/nowhere/libcudnn.so.9");
  CHECK(contains(missing, "/nowhere/libcudnn.so.9"));
  CHECK(contains(missing, "RATCHET_CUDNN"));
  CHECK(contains(refusal("libm.so.6"), "has no function cudnnGetVersion"));
}

TEST_CASE("ratchet_peers: without cuDNN each case is described, and unavailable with the reason") {
  setenv(cudnn::kLibraryVariable, "/nowhere/libcudnn.so.9", 1);
  const Library library(RATCHET_MODULES "/ratchet_peers.so");
  const ratchet_module* module = library.module();
  REQUIRE(module != nullptr);
  const ratchet_call nothing{};
  for (std::uint32_t i = 0; i < module->case_count; ++i) {
    void* state = nullptr;
    CHECK(module->prepare(&module->cases[i], &nothing, &state) == RATCHET_UNAVAILABLE);
    CHECK(contains(module->last_error(), "/nowhere/libcudnn.so.9"));
  }
  unsetenv(cudnn::kLibraryVariable);
}

TEST_CASE("cuDNN: one node for all of attention from 9.13.1 on, never for causal") {
  using Forms = std::vector<Form>;
  CHECK(cudnn::forms(91300, {}) == Forms{Form::Composed});
  CHECK(cudnn::forms(91301, {}) == Forms{Form::Unified, Form::Composed});
  CHECK(cudnn::forms(91900, {.causal = true}) == Forms{Form::Composed});
}

TEST_CASE("race: the first plan stays unless a later one leads by more than 5 %") {
  CHECK(cudnn::winner({steady(100)}) == 0);
  CHECK(cudnn::winner({steady(100), steady(100)}) == 0);
  CHECK(cudnn::winner({steady(100), steady(96)}) == 0);
  CHECK(cudnn::winner({steady(100), steady(94)}) == 1);
  CHECK(cudnn::winner({steady(100), steady(120), steady(50)}) == 2);
}

TEST_CASE("race: a later plan must lead over the one kept so far, not over the first") {
  CHECK(cudnn::winner({steady(100), steady(90), steady(88)}) == 1);
  CHECK(cudnn::winner({steady(100), steady(90), steady(80)}) == 2);
}

TEST_CASE("race: a round that was disturbed decides nothing, and neither does drift") {
  CHECK(cudnn::winner({steady(100, 3), steady(98, 7)}) == 0);
  std::vector<double> first;
  std::vector<double> second;
  for (int round = 0; round < 21; ++round) {
    first.push_back(100 + 10 * round);
    second.push_back(0.99 * (100 + 10 * round));
  }
  CHECK(cudnn::winner({first, second}) == 0);
}
