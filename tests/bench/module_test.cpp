#include "src/bench/module.h"

#include <doctest/doctest.h>

#include <limits>

#include "ratchet/error.h"

namespace ratchet::bench {
namespace {

// A module of one good case; each test breaks one thing.
struct Table {
  std::vector<ratchet_buffer> buffers{{"x", RATCHET_F32, RATCHET_NORMAL, 8, 1, 0, 0, 0},
                                      {"y", RATCHET_F32, RATCHET_OUTPUT, 8, 0, 4, 1e-6, 1e-5}};
  ratchet_case one{"op/impl/n=8", "y = x", nullptr, 64, 8, RATCHET_L2_WARM, 0, 2, buffers.data()};
  ratchet_module module{RATCHET_ABI,
                        RATCHET_CPU,
                        "table",
                        1,
                        &one,
                        [](const ratchet_case*, const ratchet_call*, void**) { return 0; },
                        [](void*) { return 0; },
                        [](void*, double* const*) { return 0; },
                        [](void*) {},
                        []() -> const char* { return ""; }};

  [[nodiscard]] std::string refusal() const {
    try {
      validate(module, "m.so");
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
};

TEST_CASE("module: copies of one file are instances of their own, and lie equally") {
  const auto place = [](const Module& module) { return reinterpret_cast<std::uint64_t>(&*module) % kAlignment; };
  for (const char* file : {RATCHET_CPU_MODULE, RATCHET_TEST_MODULES "/good.so"}) {
    const Module first(file, true), second(file, true), third(file, true);
    CHECK(&*first != &*second);
    CHECK(place(first) == place(second));
    CHECK(place(first) == place(third));
  }
}

TEST_CASE("module: a sane table is accepted") { CHECK(Table().refusal() == ""); }

TEST_CASE("module: a newer ABI is refused with both numbers, and 0 is none") {
  Table table;
  table.module.abi = RATCHET_ABI + 1;
  CHECK(table.refusal() == "m.so: speaks module ABI 2, this ratchet-bench speaks up to 1; install a newer ratchet");
  table.module.abi = 0;
  CHECK(table.refusal() == "m.so: speaks module ABI 0, which does not exist");
}

TEST_CASE("module: a pointer where the number of buffers should be is refused, and not followed") {
  Table table;
  table.one.buffer_count = reinterpret_cast<std::uintptr_t>(table.buffers.data());
  CHECK(table.refusal().find("was it built with another module.h?") != std::string::npos);
}

TEST_CASE("module: an id needs two slashes, text before them, and no blanks") {
  for (const char* id : {"op", "op/impl", "/impl/", "op//", "op/im pl/", "op/impl/\x01", "op/impl/\xC3\xA4", ""}) {
    Table table;
    table.one.id = id;
    CHECK_MESSAGE(table.refusal() != "", id);
  }
  Table table;
  table.one.id = "op/impl/";
  CHECK(table.refusal() == "");
}

TEST_CASE("module: buffers that make no sense are refused by name") {
  const auto refused = [](const auto& spoil) {
    Table table;
    spoil(table);
    return table.refusal();
  };
  CHECK(refused([](Table& t) { t.buffers[1].row = 3; }) ==
        "m.so: case op/impl/n=8: buffer 'y': row 3 does not divide count 8");
  CHECK(refused([](Table& t) { t.buffers[1].row = 0; }) != "");
  CHECK(refused([](Table& t) { t.buffers[0].count = 0; }) != "");
  CHECK(refused([](Table& t) { t.buffers[0].count = ~std::uint64_t{0} / 2; }) != "");
  CHECK(refused([](Table& t) { t.buffers[0].type = 9; }) != "");
  CHECK(refused([](Table& t) { t.buffers[0].fill = 9; }) != "");
  CHECK(refused([](Table& t) { t.buffers[1].name = "x"; }) != "");
  CHECK(refused([](Table& t) { t.one.timing = 2; }) != "");
  CHECK(refused([](Table& t) { t.one.timing = RATCHET_TIMED_BY_HOST, t.one.l2 = RATCHET_L2_COLD; }) != "");
  CHECK(refused([](Table& t) { t.buffers[1].rel_l2_max = std::numeric_limits<double>::quiet_NaN(); }) != "");
  CHECK(refused([](Table& t) { t.buffers[1].row_error_max = std::numeric_limits<double>::infinity(); }) != "");
}

TEST_CASE("module: a case that nothing could verify is refused") {
  Table table;
  table.one.buffer_count = 1;
  CHECK(table.refusal() == "m.so: case op/impl/n=8: no buffer is an output, so nothing can be verified");
}

TEST_CASE("module: missing functions, cases and definitions are refused") {
  Table without_function;
  without_function.module.reference = nullptr;
  CHECK(without_function.refusal() != "");
  Table without_cases;
  without_cases.module.case_count = 0;
  CHECK(without_cases.refusal() != "");
  Table without_definition;
  without_definition.one.definition = "";
  CHECK(without_definition.refusal() != "");
}

TEST_CASE("module: the definition hash follows contents, not bounds") {
  const std::string hash = definition_hash(Table().one);
  CHECK(hash.size() == 16);
  Table bounds;
  bounds.buffers[1].rel_l2_max = 1;
  bounds.buffers[1].row = 8;
  CHECK(definition_hash(bounds.one) == hash);
  Table seed;
  seed.buffers[0].seed = 2;
  CHECK(definition_hash(seed.one) != hash);
  Table words;
  words.one.definition = "y = 2 x";
  CHECK(definition_hash(words.one) != hash);
  Table cold;
  cold.one.l2 = RATCHET_L2_COLD;
  CHECK(definition_hash(cold.one) != hash);
  Table host;
  host.one.timing = RATCHET_TIMED_BY_HOST;
  CHECK(definition_hash(host.one) != hash);
}

}  // namespace
}  // namespace ratchet::bench
