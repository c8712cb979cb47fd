// The gate as its users meet it: record, check, accept, and every way in which it could go green by accident.
#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "src/cli/measuring.h"
#include "workshop.h"

namespace {

const char* const kSlower = "copy/x/n=1 1000\ncopy/x/n=2 2200\n";
const char* const kFaster = "copy/x/n=1 1000\ncopy/x/n=2 1700\n";
const char* const kRebuilt = "# another build of the same code\ncopy/x/n=1 1000\ncopy/x/n=2 2000\n";

const char* const kThree = "copy/x/n=1 1000\ncopy/x/n=2 2000\ncopy/x/n=3 3000\n";

nlohmann::json json_of(const Outcome& outcome) { return nlohmann::json::parse(outcome.out); }

std::string baseline_commit(Workshop& workshop, std::size_t which) {
  return json_of(workshop.run({"baseline", "show", "--json"}))["moves"][which]["commit"];
}

}  // namespace

TEST_CASE("check: without a baseline there is no verdict, exit 3") {
  Workshop workshop;
  const Outcome outcome = workshop.run({"check"});
  CHECK(outcome.code == 3);
  CHECK(contains(outcome.out, "no_baseline"));
  CHECK(contains(outcome.out, "ratchet record"));
  CHECK(workshop.bench.launches == 0);
}

TEST_CASE("record: the first one sets the baselines and passes") {
  Workshop workshop;
  CHECK(workshop.run({"record"}).code == 0);
  CHECK(json_of(workshop.run({"baseline", "show", "--json"}))["moves"].size() == 2);
}

TEST_CASE("baseline show: the number comes from later checks as soon as there are some") {
  Workshop workshop;
  REQUIRE(workshop.run({"record"}).code == 0);
  CHECK_FALSE(json_of(workshop.run({"baseline", "show", "--json"}))["moves"][1].contains("since"));
  workshop.build(kSlower);
  for (int i = 0; i < 3; ++i) REQUIRE(workshop.run({"check"}).code == 1);
  const auto move = json_of(workshop.run({"baseline", "show", "--json"}))["moves"][1];
  CHECK(move["since"]["checks"] == 3);
  // The baseline's own arm, not the slower candidate's.
  CHECK(std::abs(move["since"]["median_ns"].get<double>() - 2000) < 10);
  CHECK(contains(workshop.run({"baseline", "show"}).out, "(3 checks)"));
}

TEST_CASE("check: the same module file is identical and not measured") {
  Workshop workshop;
  REQUIRE(workshop.run({"record"}).code == 0);
  const int before = workshop.bench.launches;
  const Outcome outcome = workshop.run({"check"});
  CHECK(outcome.code == 0);
  CHECK(contains(outcome.out, "2 identical of 2 cases"));
  CHECK(workshop.bench.launches == before);
  CHECK(workshop.run({"check", "--measure-identical"}).code == 0);
  CHECK(workshop.bench.launches > before);
}

TEST_CASE("check: another build of the same code is held") {
  Workshop workshop;
  REQUIRE(workshop.run({"record"}).code == 0);
  workshop.build(kRebuilt);
  const Outcome outcome = workshop.run({"check"});
  CHECK(outcome.code == 0);
  CHECK(contains(outcome.out, "2 held of 2 cases"));
}

TEST_CASE("check: on a GPU a rebuilt module of the same machine code is identical, and nothing is measured") {
  Workshop workshop(std::string("device cuda\n") + kThree);
  REQUIRE(workshop.run({"record"}).code == 0);
  workshop.build(std::string("# rebuilt\ndevice cuda\n") + kThree);
  const int before = workshop.bench.launches;
  const Outcome outcome = workshop.run({"check", "--json"});
  CHECK(outcome.code == 0);
  CHECK(workshop.bench.launches == before);
  const auto document = json_of(outcome);
  for (const auto& one : document["cases"]) {
    CHECK(one["verdict"] == "identical");
    CHECK(one["method"] == "identical");
    CHECK(one["reasons"][0] == "same device code, launch configuration and inputs");
  }
  CHECK(contains(workshop.run({"check"}).out, "3 identical of 3 cases"));
}

TEST_CASE("check: of three cases on a GPU only the one whose machine code changed is measured") {
  Workshop workshop(std::string("device cuda\n") + kThree);
  REQUIRE(workshop.run({"record"}).code == 0);
  workshop.build("device cuda\ncopy/x/n=1 1000\ncopy/x/n=2 2200\ncopy/x/n=3 3000\n");
  const Outcome outcome = workshop.run({"check"});
  CHECK(outcome.code == 1);
  CHECK(contains(outcome.out, "1 regressed, 2 identical of 3 cases"));
  CHECK(contains(outcome.out, "regressed copy/x/n=2"));
}

TEST_CASE("check: on a GPU every doubt about a case is a measurement, said with --verbose and never a fault") {
  Workshop workshop(std::string("device cuda\n") + kThree);
  const auto checked = [&](const std::string& module, const std::string& counts, const std::string& doubt) {
    workshop.build("# rebuilt\ndevice cuda\n" + module);
    const Outcome outcome = workshop.run({"check", "--verbose"});
    CHECK_MESSAGE(outcome.code == 0, outcome.err);
    CHECK_MESSAGE(contains(outcome.out, counts), outcome.out);
    const std::size_t at = outcome.err.find(doubt);
    CHECK_MESSAGE(at != std::string::npos, outcome.err);
    CHECK_MESSAGE(outcome.err.find(doubt, at + 1) == std::string::npos, outcome.err);
  };
  REQUIRE(workshop.run({"record"}).code == 0);
  checked("copy/x/n=1 1000 regrid\ncopy/x/n=2 2000\ncopy/x/n=3 3000\n", "1 held, 2 identical of 3 cases",
          "copy/x/n=1 is measured: the grid differs");
  checked("copy/x/n=1 1000 variables\ncopy/x/n=2 2000\ncopy/x/n=3 3000\n", "1 held, 2 identical of 3 cases",
          "device variables");
  checked("copy/x/n=1 1001\ncopy/x/n=2 2001\ncopy/x/n=3 3001\n", "3 held of 3 cases",
          "no machine code of the modules is the same");
  workshop.bench.no_host = "ratchet-bench was killed by SIGSEGV";
  checked(kThree, "3 held of 3 cases", "all cases are measured: ratchet-bench was killed by SIGSEGV");
  workshop.bench.no_tool = "cuobjdump is not installed";
  checked(kThree, "3 held of 3 cases", "all cases are measured: cuobjdump is not installed");
}

TEST_CASE("check: nobody asks about machine code on a CPU, with --measure-identical, or of a case with a handicap") {
  const std::string device = "device cuda\n";
  Workshop workshop(device + kThree);
  REQUIRE(workshop.run({"record"}).code == 0);
  workshop.build("# rebuilt\n" + device + kThree);
  CHECK(contains(workshop.run({"check", "--measure-identical"}).out, "3 held of 3 cases"));
  CHECK(workshop.run({"check", "--handicap", "*=5"}).code == 1);
  CHECK(workshop.bench.comparisons == 0);
  CHECK(contains(workshop.run({"check", "--handicap", "copy/x/n=1=5"}).out, "1 regressed, 2 identical of 3 cases"));
  CHECK(workshop.bench.comparisons == 1);

  Workshop cpu(kThree);
  REQUIRE(cpu.run({"record"}).code == 0);
  cpu.build(std::string("# rebuilt\n") + kThree);
  CHECK(contains(cpu.run({"check"}).out, "3 held of 3 cases"));
  CHECK(cpu.bench.comparisons == 0);
}

TEST_CASE("record: a rebuilt module of the same machine code leaves the baselines where they are") {
  Workshop workshop(std::string("device cuda\n") + kThree);
  REQUIRE(workshop.run({"record"}).code == 0);
  const std::string first = baseline_commit(workshop, 0);
  workshop.build(std::string("# rebuilt\ndevice cuda\n") + kThree);
  workshop.repository.commit("a comment");
  CHECK(contains(workshop.run({"record"}).out, "3 identical of 3 cases"));
  for (std::size_t i = 0; i < 3; ++i) CHECK(baseline_commit(workshop, i) == first);
}

TEST_CASE("check: slower code is regressed, exit 1, and names the case") {
  Workshop workshop;
  REQUIRE(workshop.run({"record"}).code == 0);
  workshop.build(kSlower);
  const Outcome outcome = workshop.run({"check"});
  CHECK(outcome.code == 1);
  CHECK(contains(outcome.out, "regressed copy/x/n=2"));
  CHECK(contains(outcome.out, "1 regressed, 1 held of 2 cases"));
}

TEST_CASE("check: asked again, slower code is regressed again: no rerun until green") {
  Workshop workshop;
  REQUIRE(workshop.run({"record"}).code == 0);
  workshop.build(kSlower);
  const auto verdicts = [&] {
    nlohmann::json all;
    const auto document = json_of(workshop.run({"check", "--json"}));
    for (const auto& one : document["cases"])
      all.push_back({one["case"], one["verdict"], one["change"], one["candidate"]});
    return all;
  };
  const auto first = verdicts();
  for (int i = 0; i < 3; ++i) CHECK(verdicts() == first);
}

TEST_CASE("check: never moves a baseline, not even for faster code") {
  Workshop workshop;
  REQUIRE(workshop.run({"record"}).code == 0);
  const std::string before = baseline_commit(workshop, 1);
  workshop.build(kFaster);
  workshop.repository.commit("faster");
  const Outcome outcome = workshop.run({"check"});
  CHECK(outcome.code == 0);
  CHECK(contains(outcome.out, "1 improved"));
  CHECK(baseline_commit(workshop, 1) == before);
}

TEST_CASE("record: proven faster code advances its case and no other") {
  Workshop workshop;
  REQUIRE(workshop.run({"record"}).code == 0);
  const std::string first = baseline_commit(workshop, 0);
  workshop.build(kFaster);
  const std::string faster = workshop.repository.commit("faster");
  CHECK(workshop.run({"record"}).code == 0);
  std::map<std::string, std::string> commits;
  const auto shown = json_of(workshop.run({"baseline", "show", "--json"}));
  for (const auto& move : shown["moves"]) commits[move["case"]] = move["commit"];
  CHECK(commits["copy/x/n=1"] == first);
  CHECK(commits["copy/x/n=2"] == faster);
}

TEST_CASE("record: a regressed run does not become the baseline") {
  Workshop workshop;
  REQUIRE(workshop.run({"record"}).code == 0);
  const std::string first = baseline_commit(workshop, 1);
  workshop.build(kSlower);
  workshop.repository.commit("slower");
  CHECK(workshop.run({"record"}).code == 1);
  CHECK(baseline_commit(workshop, 1) == first);
}

TEST_CASE("record: slow drift is judged against the baseline, not against the last commit") {
  Workshop workshop("copy/x/n=1 1000\n");
  REQUIRE(workshop.run({"record"}).code == 0);
  double time_ns = 1000;
  int code = 0;
  int commits = 0;
  while (code == 0 && commits < 12) {
    time_ns *= 1.0025;
    workshop.build("copy/x/n=1 " + std::to_string(time_ns) + "\n");
    workshop.repository.commit("a little slower");
    code = workshop.run({"record"}).code;
    ++commits;
  }
  CHECK(code == 1);
  CHECK(commits >= 3);  // a tolerance of 2 % is not used up by the first steps
}

TEST_CASE("record: a dirty work tree is refused, exit 2") {
  Workshop workshop;
  workshop.repository.write("new.cpp", "int x;");
  const Outcome outcome = workshop.run({"record"});
  CHECK(outcome.code == 2);
  CHECK(contains(outcome.err, "commit first"));
  CHECK(workshop.run({"baseline", "show"}).code == 2);  // no database was made
}

TEST_CASE("record: a case with a wrong answer gets no baseline, exit 2") {
  Workshop workshop("copy/x/n=1 1000\ncopy/x/n=2 500 wrong\n");
  const Outcome outcome = workshop.run({"record"});
  CHECK(outcome.code == 2);
  CHECK(contains(outcome.out, "invalid copy/x/n=2"));
  CHECK(json_of(workshop.run({"baseline", "show", "--json"}))["moves"].size() == 1);
}

TEST_CASE("record: only what was measured, verified and did not fail can be a baseline") {
  ratchet::Measurement sound;
  sound.check = ratchet::Check{true, 0, 0};
  sound.launches = {{1000}};
  CHECK(ratchet::cli::is_sound(sound));
  ratchet::Measurement other = sound;
  other.check->verified = false;
  CHECK_FALSE(ratchet::cli::is_sound(other));
  other.check.reset();
  CHECK_FALSE(ratchet::cli::is_sound(other));
  other.facts.timed_by = ratchet::kByProcess;  // a program vouches for its own results
  CHECK(ratchet::cli::is_sound(other));
  other = sound;
  other.failures = {{"crashed", "", "signal 11"}};
  CHECK_FALSE(ratchet::cli::is_sound(other));
  other = sound;
  other.launches.clear();
  CHECK_FALSE(ratchet::cli::is_sound(other));
}

TEST_CASE("run, record, check: a case that was never available is listed with the reason and turns nothing red") {
  Workshop workshop("copy/x/n=1 1000\ncopy/x/n=2 500 lacking\n");
  const Outcome run = workshop.run({"run"});
  CHECK(run.code == 0);
  CHECK(contains(run.out, "unavailable copy/x/n=2: no library"));
  const Outcome outcome = workshop.run({"record"});
  CHECK(outcome.code == 0);
  CHECK(contains(outcome.out, "unavailable, so it sets no baseline: no library"));
  CHECK(json_of(workshop.run({"baseline", "show", "--json"}))["moves"].size() == 1);
  workshop.build("# again\ncopy/x/n=1 1000\ncopy/x/n=2 500 lacking\n");
  CHECK(workshop.run({"check"}).code == 0);
}

TEST_CASE("check, record: a case that had a baseline and is unavailable now is missing, exit 3") {
  Workshop workshop("copy/x/n=1 1000\ncopy/x/n=2 500\n");
  REQUIRE(workshop.run({"record"}).code == 0);
  workshop.build("copy/x/n=1 1000\ncopy/x/n=2 500 lacking\n");
  for (const char* command : {"check", "record"}) {
    const Outcome outcome = workshop.run({command, "--json"});
    CHECK(outcome.code == 3);
    CHECK(contains(outcome.out, "\"verdict\":\"missing\""));
    CHECK(contains(outcome.out, "no library"));
  }
}

TEST_CASE("run, record: a machine that lacks what every case needs measures nothing, and says so with exit 2") {
  Workshop workshop("copy/x/n=1 1000 lacking\n");
  CHECK(workshop.run({"run"}).code == 2);
  const Outcome outcome = workshop.run({"record"});
  CHECK(outcome.code == 2);
  CHECK(contains(outcome.err, "no case can be measured here: no library"));
}

TEST_CASE("check: a wrong answer is invalid however fast, exit 2") {
  Workshop workshop;
  REQUIRE(workshop.run({"record"}).code == 0);
  workshop.build("copy/x/n=1 1000\ncopy/x/n=2 10 wrong\n");
  const Outcome outcome = workshop.run({"check"});
  CHECK(outcome.code == 2);
  CHECK(contains(outcome.out, "invalid copy/x/n=2"));
}

TEST_CASE("check: a case that the candidate lost is missing, exit 3") {
  Workshop workshop;
  REQUIRE(workshop.run({"record"}).code == 0);
  workshop.build("copy/x/n=1 1000\n");
  const Outcome outcome = workshop.run({"check"});
  CHECK(outcome.code == 3);
  CHECK(contains(outcome.out, "missing copy/x/n=2"));
}

TEST_CASE("check: more than twice as fast with the same definition wants a person") {
  Workshop workshop;
  REQUIRE(workshop.run({"record"}).code == 0);
  workshop.build("copy/x/n=1 1000\ncopy/x/n=2 900\n");
  CHECK(workshop.run({"check"}).code == 2);
  REQUIRE(workshop.run({"accept", "copy/x/n=2", "--reason", "new algorithm"}).code == 0);
  const Outcome outcome = workshop.run({"check"});
  CHECK(outcome.code == 0);
  CHECK(contains(outcome.out, "new algorithm"));
}

TEST_CASE("check: a planted slowdown fails, is marked, and is recorded nowhere") {
  Workshop workshop;
  REQUIRE(workshop.run({"record"}).code == 0);
  const Outcome outcome = workshop.run({"check", "--handicap", "copy/x/n=1=5"});
  CHECK(outcome.code == 1);
  CHECK(contains(outcome.out, "planted +5 %"));
  CHECK(contains(outcome.out, "1 regressed, 1 identical"));
  CHECK(json_of(workshop.run({"log", "--json"}))["runs"].size() == 1);
}

TEST_CASE("check: a device that throttles gives no verdict, with the reading") {
  Workshop workshop;
  REQUIRE(workshop.run({"record"}).code == 0);
  workshop.build(std::string(kRebuilt) + "throttled\n");
  const Outcome outcome = workshop.run({"check"});
  CHECK(outcome.code == 3);
  CHECK(contains(outcome.out, "91 C"));
}

TEST_CASE("record: a device that throttles sets no baseline, with the reading") {
  Workshop workshop("throttled\ncopy/x/n=1 1000\n");
  const Outcome outcome = workshop.run({"record"});
  CHECK(outcome.code == 3);
  CHECK(contains(outcome.out, "because of heat"));
  CHECK(json_of(workshop.run({"baseline", "show", "--json"}))["moves"].empty());
}

TEST_CASE(
    "check: noise that hides the tolerance is inconclusive: a pass by default only beside judged cases, never when "
    "strict") {
  Workshop workshop("copy/x/n=1 1000\n");
  REQUIRE(workshop.run({"record"}).code == 0);
  workshop.bench.noise = 3;
  workshop.build("# noisy\ncopy/x/n=1 1000\n");
  workshop.bench.noise = 0.25;
  CHECK(workshop.run({"check", "--tolerance", "0.05"}).code == 3);
  CHECK(workshop.run({"check", "--tolerance", "0.05", "--strict"}).code == 3);
}

TEST_CASE("check: a filter that matches nothing is an error, exit 2") {
  Workshop workshop;
  const Outcome outcome = workshop.run({"check", "--case", "gemm/*"});
  CHECK(outcome.code == 2);
  CHECK(contains(outcome.err, "matches no case"));
}

TEST_CASE("check: a GPU that went missing is an error, not a check of the CPU") {
  Workshop workshop("device cuda\ncopy/x/n=1 1000\n");
  workshop.repository.write(
      "ratchet.json", R"({"format":"ratchet.config/1","modules":["build/kernels.so","build/cpu.so"],"build":"true"})");
  workshop.repository.write("build/cpu.so", "copy/cpu/n=1 1000\n");
  workshop.repository.commit("two modules");
  REQUIRE(workshop.run({"record"}).code == 0);
  workshop.build("device cuda absent\ncopy/x/n=1 1000\n");
  const Outcome outcome = workshop.run({"check"});
  CHECK(outcome.code == 2);
  CHECK(contains(outcome.err, "Fake GPU"));
  CHECK(workshop.run({"check", "--device", "cpu"}).code == 3);
}

TEST_CASE("check: a damaged baseline module is an error that names it, exit 2") {
  Workshop workshop;
  REQUIRE(workshop.run({"record"}).code == 0);
  for (const auto& entry : std::filesystem::directory_iterator(workshop.repository.path() / ".ratchet" / "modules")) {
    std::filesystem::permissions(entry.path(), std::filesystem::perms::owner_write, std::filesystem::perm_options::add);
    std::ofstream(entry.path(), std::ios::app) << "copy/x/n=3 1\n";
  }
  workshop.build(kRebuilt);
  CHECK(workshop.run({"check"}).code == 2);
}

TEST_CASE("check --base: measures a revision that was built on purpose, without a stored baseline") {
  Workshop workshop;
  workshop.repository.write("kernels.txt", "copy/x/n=1 1000\n");
  workshop.repository.write(
      "ratchet.json",
      R"({"format":"ratchet.config/1","modules":["build/kernels.so"],"build":"mkdir -p build && cp kernels.txt build/kernels.so"})");
  workshop.repository.commit("base");
  workshop.build("copy/x/n=1 1100\n");
  const Outcome outcome = workshop.run({"check", "--base", "HEAD"});
  CHECK(outcome.code == 1);
  CHECK(contains(outcome.out, "regressed copy/x/n=1"));
  CHECK(workshop.run({"check", "--base", "nonsense"}).code == 2);
}
