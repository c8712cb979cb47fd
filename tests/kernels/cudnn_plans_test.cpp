// Real plans of a real cuDNN for GPUs that are not here: cuDNN takes a device from a description and compiles for it.
// No GPU and no driver is needed, and nothing is run; the answers are checked where there is a GPU.
#include <dlfcn.h>
#include <doctest/doctest.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <set>

#include "kernels/peers/cudnn_plan.h"

namespace attention = ratchet::kernels::attention;
namespace cudnn = ratchet::kernels::cudnn;
using cudnn::Attribute;
using cudnn::Descriptor;
using cudnn::Plan;

namespace {

constexpr std::size_t kFirstDescribed = 90800;  // the first cuDNN that takes a described device
constexpr std::size_t kSmallWorkspace = 1 << 20;

using SharedApi = std::shared_ptr<const cudnn::Api>;

// cuDNN on the test's driver, which is to be loaded before it; NULL, and said, where there is no usable cuDNN.
SharedApi api_without_device() {
  static void* driver = dlopen(RATCHET_NO_DRIVER, RTLD_NOW | RTLD_GLOBAL);
  REQUIRE_MESSAGE(driver != nullptr, dlerror());
  try {
    SharedApi api = cudnn::Api::load();
    if (api->version() >= kFirstDescribed) return api;
    std::cout << "skipped: cuDNN " << api->version_text() << " is older than 9.8 and needs a device\n";
  } catch (const ratchet::kernels::Unavailable& what) {
    std::cout << "skipped: " << what.what() << '\n';
  }
  return nullptr;
}

Descriptor described_device(const SharedApi& api, const std::string& name) {
  std::ifstream file(RATCHET_TEST_DATA "/cudnn/" + name + ".json");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  REQUIRE(text.size() > 2);
  while (text.back() == '\n') text.pop_back();
  Descriptor device(api, cudnn::Kind::DeviceProperties);
  device.set(Attribute::DevicePropertiesJson, cudnn::Type::Char, text.size(), text.data());
  device.finalize("a described device");
  return device;
}

std::vector<std::string> names(const std::vector<Plan>& plans) {
  std::vector<std::string> list;
  for (const Plan& plan : plans) list.push_back(plan.name);
  return list;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// Each shape, plain and causal; the types take turns, so that each meets both forms.
void check_all(const std::string& device_name, const std::string& best_kernels) {
  const SharedApi api = api_without_device();
  if (!api) return;
  const Descriptor device = described_device(api, device_name);
  int turn = 0;
  for (attention::Shape shape : attention::kShapes) {
    for (const bool causal : {false, true}) {
      shape.causal = causal;
      const ratchet_type type = turn++ / 2 % 2 == 0 ? RATCHET_F16 : RATCHET_BF16;
      CAPTURE(shape.tokens);
      CAPTURE(causal);
      CAPTURE(type);
      const std::vector<Plan> plans = cudnn::plans(api, shape, type, {nullptr, &device});
      CHECK(plans.size() >= 2);
      for (const Plan& plan : plans) {
        CAPTURE(plan.name);
        CHECK(contains(plan.name, "flash_fprop"));
        CHECK(plan.workspace_bytes < kSmallWorkspace);
      }
      CHECK(contains(plans.front().name, best_kernels));
      std::cout << device_name << ", S=" << shape.tokens << (causal ? ", causal: " : ": ") << plans.size()
                << " plans, first " << plans.front().name << '\n';
    }
  }
}

}  // namespace

TEST_CASE("cuDNN: plans for the L4, in all shapes of the module") { check_all("l4", "_sm80_"); }

TEST_CASE("cuDNN: plans for the H200, in all shapes of the module") { check_all("h200", "_sm90_"); }

TEST_CASE("cuDNN: plans come in the same order each time, none twice") {
  const SharedApi api = api_without_device();
  if (!api) return;
  const Descriptor device = described_device(api, "h200");
  const attention::Shape shape = attention::kShapes[0];
  const auto once = names(cudnn::plans(api, shape, RATCHET_F16, {nullptr, &device}));
  CHECK(once == names(cudnn::plans(api, shape, RATCHET_F16, {nullptr, &device})));
  CHECK(std::set<std::string>(once.begin(), once.end()).size() == once.size());
}

TEST_CASE("cuDNN: both forms of attention are understood") {
  const SharedApi api = api_without_device();
  if (!api || cudnn::forms(api->version(), {}).size() < 2) return;
  const Descriptor device = described_device(api, "l4");
  const attention::Shape shape = attention::kShapes[1];
  CHECK_NOTHROW((void)cudnn::operation_graph(api, cudnn::Form::Unified, shape, RATCHET_F16, {nullptr, &device}));
  CHECK_NOTHROW((void)cudnn::operation_graph(api, cudnn::Form::Composed, shape, RATCHET_F16, {nullptr, &device}));
}

TEST_CASE("cuDNN: what it cannot do is unavailable, in its own words") {
  const SharedApi api = api_without_device();
  if (!api) return;
  const Descriptor device = described_device(api, "l4");
  const attention::Shape odd{.batch = 1, .heads = 1, .tokens = 64, .head_dim = 63};
  try {
    (void)cudnn::plans(api, odd, RATCHET_F16, {nullptr, &device});
    FAIL("a head of 63 numbers has no plan");
  } catch (const ratchet::kernels::Unavailable& what) {
    CHECK(contains(what.what(), "cuDNN " + api->version_text()));
  }
}
