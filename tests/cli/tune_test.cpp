// Races of variants over the fake host: what is cached, resumed, rejected, taken, and written for a build.
#include <doctest/doctest.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "db/store.h"
#include "workshop.h"

namespace {

// Sizes 1 and 2, four variants each; of size 2 two that cannot win, and the best is another one.
const char* const kSpace =
    "t/x/S=1,tile=8 1000\nt/x/S=1,tile=16 900\nt/x/S=1,tile=32 1300\nt/x/S=1,tile=64 1100\nt/x/S=1,tile=80 1500\n"
    "t/x/S=2,tile=8 2000\nt/x/S=2,tile=16 10 wrong\nt/x/S=2,tile=32 5 lacking\nt/x/S=2,tile=64 1800\nt/x/S=2,tile=80 2600\n";
// Without the wrong one, so that the exit code is 0.
const char* const kSound =
    "device cuda\nt/x/D=64,S=128,tile=8 1000\nt/x/D=64,S=128,tile=16 900\nt/x/D=64,S=256,tile=8 2000\nt/x/D=64,S=256,tile=16 1800\n"
    "t/x/D=64,S=512,tile=8 3000\nt/x/D=64,S=512,tile=16 3300\n";

class Space : public Workshop {
 public:
  explicit Space(const char* text = kSpace) { repository.write("build/v.so", text); }
  Outcome tune(std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"tune", "t/x", "--module", "build/v.so"});
    return run(more);
  }
  nlohmann::json json(std::vector<std::string> more = {}) {
    more.emplace_back("--json");
    return nlohmann::json::parse(tune(more).out);
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    return ratchet::documents::read_file(repository.path() / name);
  }
};

const nlohmann::json& contender(const nlohmann::json& shape, const std::string& variant) {
  for (const auto& one : shape["contenders"]) {
    if (one["variant"] == variant) return one;
  }
  FAIL("no contender " << variant);
  return shape;
}

}  // namespace

TEST_CASE("tune: the fastest that answers rightly is taken, and everyone else says why not") {
  Space space;
  const auto document = space.json();
  CHECK(document["format"] == "ratchet.tuning/1");
  CHECK(document["keys"] == nlohmann::json{"tile"});
  REQUIRE(document["shapes"].size() == 2);
  const auto& first = document["shapes"][0];
  CHECK(first["shape"] == "S=1");
  CHECK(first["taken"] == "tile=16");
  CHECK(first["proven"] == true);
  CHECK(contender(first, "tile=80")["fate"] == "eliminated");
  CHECK(contender(first, "tile=80")["launches"] == 5);
  CHECK(contender(first, "tile=80")["behind"] == "tile=16");
  CHECK(contender(first, "tile=8")["fate"] == "eliminated");
  CHECK(contender(first, "tile=16")["in_final"] == true);
  const auto& second = document["shapes"][1];
  CHECK(second["taken"] == "tile=64");
  CHECK(contender(second, "tile=8")["fate"] == "beaten");
  CHECK(contender(second, "tile=16")["fate"] == "failed");
  CHECK_FALSE(contender(second, "tile=16").contains("median_ns"));
  CHECK(contender(second, "tile=32")["fate"] == "rejected");
  CHECK(contender(second, "tile=32")["why"] == "no library");
  CHECK(space.bench.inputs.size() == 16);  // 5 + 11 launches; the three that are left of S=2 need 1 + 11
  CHECK_FALSE(space.bench.inputs.contains(0));
}

TEST_CASE("tune: a wrong variant makes the exit code 2 though another one was taken, and an unfit device 3") {
  Space space;
  const Outcome outcome = space.tune();
  CHECK(outcome.code == 2);
  CHECK(contains(outcome.out, "failed: its answer is wrong"));
  CHECK(contains(outcome.out, "rejected: no library"));
  CHECK(contains(outcome.out, "taken: tile=64, proven faster than every other that was timed"));
  CHECK(space.tune({"--case", "*S=1,*"}).code == 0);

  Space hot((std::string(kSound) + "throttled\n").c_str());
  const Outcome unfit = hot.tune();
  CHECK(unfit.code == 3);
  CHECK(contains(unfit.out, "nothing is decided: "));
  CHECK(hot.bench.launches == 1);
  CHECK(hot.tune().code == 3);
  CHECK(hot.bench.launches == 2);  // it was not remembered
  CHECK(contains(hot.tune({"--dispatch", "t.h"}).err, "t.h is left as it is"));
  CHECK_FALSE(std::filesystem::exists("t.h"));
}

TEST_CASE("tune: of equals the first declared is taken, and it is called a tie") {
  Space same("t/x/S=1,tile=8 1000\nt/x/S=1,tile=16 1000\n");
  CHECK(contains(same.tune().out, "taken: tile=16, a tie: the fastest of 2 that are not proven apart"));
  Space space("t/x/S=1,tile=8 1000\nt/x/S=1,tile=16 1000.4\n");
  const Outcome outcome = space.tune();
  CHECK(outcome.code == 0);
  // The fake host lists cases by name.
  CHECK_MESSAGE(contains(outcome.out, "taken: tile=16, a tie: the first declared within 1 % of the fastest of 2 that are not proven apart"), outcome.out);
}

TEST_CASE("tune: a race that is finished comes from the database, unless it is asked for again or anything changed") {
  Space space(kSound);
  const auto first = space.json();
  const int launches = space.bench.launches;
  CHECK(space.json() == first);
  CHECK(space.bench.launches == launches);
  CHECK(space.json({"--launches", "20"}) != nlohmann::json());
  CHECK(space.bench.launches == launches);
  (void)space.json({"--launches", "9"});
  CHECK(space.bench.launches > launches);

  const auto measures = [&](std::vector<std::string> more = {}) {
    const int before = space.bench.launches;
    (void)space.json(std::move(more));
    return space.bench.launches > before;
  };
  CHECK_FALSE(measures());
  CHECK(measures({"--again"}));
  space.bench.driver = "581";
  CHECK(measures());
  CHECK_FALSE(measures());
  space.repository.write("build/v.so", std::string("# built anew\n") + kSound);
  CHECK(measures());
}

TEST_CASE("tune: interrupted, it goes on with the shape it was at") {
  Space space(kSound);
  space.bench.dies_at = 20;  // two variants a shape: 12 launches each
  CHECK(space.tune().code == 2);
  space.bench.dies_at = space.bench.launches + 15;
  space.bench.signal = SIGINT;
  const Outcome interrupted = space.tune();
  CHECK(interrupted.code == 130);
  CHECK(contains(interrupted.err, "interrupted; 2 of 3 shapes are raced and stored; the same command goes on with D=64,S=512\n"));
  space.bench.dies_at = 0;
  const int before = space.bench.launches;
  CHECK(space.tune().code == 0);
  CHECK(space.bench.launches == before + 12);
}

TEST_CASE("tune: a document shows the same again in every form, and nobody can write a winner into it") {
  Space space(kSound);
  const Outcome json = space.tune({"--json"});
  space.repository.write("t.json", json.out);
  const int launches = space.bench.launches;
  CHECK(space.run({"tune", "--from", "t.json", "--json"}).out == json.out);
  auto edited = nlohmann::json::parse(json.out);
  edited["shapes"][0]["taken"] = "tile=8";
  edited["shapes"][0]["contenders"][0]["fate"] = "beaten";
  space.repository.write("e.json", edited.dump());
  CHECK(space.run({"tune", "--from", "e.json", "--json"}).out == json.out);
  const Outcome report = space.run({"tune", "--from", "t.json", "--markdown"});
  for (const char* part : {"# Tuning of t/x", "## Latency against S", "## Method", "## Environment", "## All variants",
                           "no knee: 3 sizes of at least 6", "    ratchet tune t/x --module 'build/v.so'\n", "| tile=8 |"})
    CHECK_MESSAGE(contains(report.out, part), part);
  CHECK(space.bench.launches == launches);
  edited["shapes"][0]["variants"] = {"t/x/S=1,tile=9"};
  space.repository.write("e.json", edited.dump());
  CHECK(contains(space.run({"tune", "--from", "e.json"}).err, "is none of the variants"));
  CHECK(space.run({"tune", "t/x", "--from", "t.json"}).code == 2);
  CHECK(space.run({"tune"}).code == 2);
  CHECK(space.tune({"--json", "--markdown"}).code == 2);
  CHECK(space.tune({"--case", "*S=7*"}).code == 2);
  CHECK(space.tune({"--launches", "4"}).code == 2);
}

TEST_CASE("tune: the landscape has each size's best, its growth and its knee") {
  std::string text;
  for (const int size : {64, 128, 256, 512, 1024, 2048, 4096}) {
    const double time = size <= 512 ? 1000 : 1000.0 * size / 512 * size / 512;
    text += "t/x/S=" + std::to_string(size) + ",tile=8 " + std::to_string(time) + "\n";
    text += "t/x/S=" + std::to_string(size) + ",tile=16 " + std::to_string(time * 1.1) + "\n";
  }
  Space space(text.c_str());
  const Outcome outcome = space.tune({"--landscape"});
  CHECK(contains(outcome.out, "latency against S: t/x"));
  CHECK(contains(outcome.out, "knee at S = 512: latency grows as S^"));
  CHECK(contains(space.tune({"--landscape", "--along", "K"}).err, "no shape of t/x has a parameter K"));
}

TEST_CASE("tune: the table for a build merges sizes, keeps other devices' rows, and replaces only tables") {
  Space space(kSound);
  REQUIRE(space.tune({"--dispatch", "t.h"}).code == 0);
  std::string text = space.read("t.h");
  const std::string date = nlohmann::json::parse(space.tune({"--json"}).out)["shapes"][2]["made_at"].get<std::string>().substr(0, 10);
  CHECK(text ==
        "// A dispatch table of `ratchet tune` over t/x; ratchet/method.md says how a variant is chosen. Written anew it keeps\n"
        "// the rows of other devices.\n#pragma once\n\n#include \"kernels/dispatch.h\"\n\n"
        "namespace ratchet::kernels::dispatch {\n\ninline constexpr std::array<DispatchRow, 2> t_x{{\n"
        "    // 90: Fake GPU, " + date + ": ratchet tune t/x --module 'build/v.so'\n"
        "    {90, \"D=64\", \"S\", 1, 511, \"tile=16\"},\n"
        "    {90, \"D=64\", \"S\", 512, kNoEnd, \"tile=8\"},\n"
        "}};\n\n}  // namespace ratchet::kernels::dispatch\n");
  const std::string other = "    // 89: NVIDIA L4, 2026-01-01: ratchet tune t/x\n    {89, \"D=64\", \"S\", 1, kNoEnd, \"tile=8\"},\n";
  text.insert(text.find("    // 90"), other);
  space.repository.write("t.h", text);
  REQUIRE(space.tune({"--dispatch", "t.h"}).code == 0);
  const std::string both = space.read("t.h");
  CHECK(contains(both, "DispatchRow, 3> t_x{{\n" + other + "    // 90: Fake GPU"));
  REQUIRE(space.tune({"--dispatch", "t.h"}).code == 0);
  CHECK(space.read("t.h") == both);

  space.repository.write("notes.h", "my notes\n");
  const Outcome refused = space.tune({"--dispatch", "notes.h"});
  CHECK(refused.code == 2);
  CHECK(contains(refused.err, "is no dispatch table of this family"));
  CHECK(space.read("notes.h") == "my notes\n");
}

// The one test here that measures: ratchet-bench and the CPU's variants, as they are built. It asks what no clock decides.
TEST_CASE("tune: the CPU's own space is raced for real, every taken variant verified, every refused point with its reason") {
  Workshop workshop;
  workshop.repository.write("ratchet.json", R"({"format":"ratchet.config/1","rounds":11,"warmup":1})");
  std::ostringstream out;
  std::ostringstream err;
  const int code = ratchet::cli::run({"tune", "transposition/blocked", "--case", "*/n=64,*", "--device", "cpu", "--launches", "5", "--json"},
                                     {out, err}, nullptr);
  REQUIRE_MESSAGE(code == 0, err.str());
  const auto document = nlohmann::json::parse(out.str());
  REQUIRE(document["shapes"].size() == 1);
  const auto& shape = document["shapes"][0];
  CHECK(shape["shape"] == "n=64");
  CHECK(shape["contenders"].size() == 10);
  CHECK(contender(shape, "tile=128,along=reads")["why"] == "the tile does not divide n");
  CHECK(contender(shape, shape["taken"])["in_final"] == true);
  std::size_t verified = 0;
  for (const char* part : {"heats", "final"}) {
    for (const auto& one : shape[part]["measurements"]) {
      if (one["launches"].empty()) continue;
      CHECK(one["check"]["verified"] == true);
      ++verified;
    }
  }
  CHECK(verified > 8);
}
