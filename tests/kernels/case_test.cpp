#include "kernels/case.h"

#include <doctest/doctest.h>

#include "tests/kernels/mini_host.h"

using namespace ratchet::kernels;
using ratchet::kernels::test::Memory;
using ratchet::kernels::test::Run;

namespace {

Case doubling() {
  Case one{.op = "double", .implementation = "plain", .parameters = {{"n", 8}, {"dtype", "fp32"}}};
  one.definition = "y = 2 x";
  one.bytes = 64;
  one.buffers = {input("x", RATCHET_F32, 8, RATCHET_NORMAL, 1), output("y", RATCHET_F32, 8, 8, {1e-6, 1e-6})};
  one.reference = [](const Call& call, double* const* expected) {
    for (int i = 0; i < 8; ++i) expected[0][i] = 2 * double{call.buffer<const float>(0)[i]};
  };
  one.launch = [](const Call& call) {
    call.parallel_for(8, [&](std::uint32_t i) { call.buffer<float>(1)[i] = 2 * call.buffer<const float>(0)[i]; });
  };
  return one;
}

std::vector<Case> one_of_each() {
  Case prepared = doubling();
  prepared.implementation = "prepared";
  prepared.prepare = [](const Call& call) -> Launch {
    return [x = call.buffer<const float>(0), y = call.buffer<float>(1)] {
      for (int i = 0; i < 8; ++i) y[i] = 2 * x[i];
    };
  };
  Case idle = doubling();
  idle.launch = nullptr;
  Case unchecked = doubling();
  unchecked.reference = nullptr;
  Case odd = doubling();
  odd.launch = [](const Call&) { throw 7; };
  return {doubling(), prepared, idle, unchecked, odd};
}

std::vector<Case> failing_list() { throw std::runtime_error("no cases today"); }

std::string error_of(const ratchet_module& module, const ratchet_case& which) {
  try {
    Run(module, which).launch();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("case: a variant stands in the id, behind the shape, and not in the definition") {
  Case one = doubling();
  one.variant = {{"tile", 8}, {"along", "reads"}};
  CHECK(one.id() == "double/plain/n=8,dtype=fp32,tile=8,along=reads");
  CHECK(one.full_definition() == doubling().full_definition());
}

TEST_CASE("case: an id is op, implementation and the parameters in their order") {
  CHECK(doubling().id() == "double/plain/n=8,dtype=fp32");
}

TEST_CASE("case: a widened bound, another size or another seed is another definition; another implementation is not") {
  const Case base = doubling();
  Case changed = base;
  changed.implementation = "fast";
  CHECK(changed.full_definition() == base.full_definition());
  changed.buffers[1].rel_l2_max = 1e-5;
  CHECK(changed.full_definition() != base.full_definition());
  changed = base;
  changed.buffers[0].count = 9;
  CHECK(changed.full_definition() != base.full_definition());
  changed = base;
  changed.buffers[0].seed = 2;
  CHECK(changed.full_definition() != base.full_definition());
  changed = base;
  changed.parameters[0].value = "9";
  CHECK(changed.full_definition() != base.full_definition());
}

TEST_CASE("case: here() names this file and line") {
  const std::string place = here();
  CHECK(place == std::string(__FILE__) + ":" + std::to_string(__LINE__ - 1));
}

TEST_CASE("export_module: launch and prepare both compute through the C ABI") {
  const ratchet_module* module = export_module<one_of_each>("mine", RATCHET_CPU);
  REQUIRE(module != nullptr);
  CHECK(module->abi == RATCHET_ABI);
  CHECK(module->device == RATCHET_CPU);
  CHECK(std::string(module->name) == "mine");
  REQUIRE(module->case_count == 5);
  CHECK(module->cases[0].bytes == 64);
  CHECK(module->cases[0].source == nullptr);
  for (const int index : {0, 1}) {
    Run run(*module, module->cases[index]);
    run.launch();
    CHECK(run.errors().rel_l2 == 0);
  }
}

TEST_CASE("export_module: exceptions become a status and a message that names the case") {
  const ratchet_module* module = export_module<one_of_each>("mine", RATCHET_CPU);
  REQUIRE(module != nullptr);
  CHECK(error_of(*module, module->cases[2]) ==
        "double/plain/n=8,dtype=fp32: the case has no launch function; set Case::launch");
  CHECK(error_of(*module, module->cases[3]) ==
        "double/plain/n=8,dtype=fp32: the case has no reference; set Case::reference");
  CHECK(error_of(*module, module->cases[4]) == "an exception that is no std::exception");
}

TEST_CASE("export_module: a list that throws is no module") {
  CHECK(export_module<failing_list>("mine", RATCHET_CPU) == nullptr);
}
