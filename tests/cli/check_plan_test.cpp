#include "src/cli/check_plan.h"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "fake_bench.h"
#include "temporary_folder.h"

using namespace ratchet;

namespace {

// Two baselines of different commits, three cases, and a candidate.
struct Planned {
  TemporaryFolder folder;
  FakeBench bench;
  std::ostringstream out;
  std::ostringstream err;
  cli::Context context{{out, err}, {}, &bench};
  cli::Suite suite;
  std::map<std::string, cli::Standing> standings;

  explicit Planned(const std::string& candidate) {
    standings["copy/x/n=1"] = standing("old.so", "device cuda\ncopy/x/n=1 1000\n");
    standings["copy/x/n=2"] = standing("new.so", "device cuda\ncopy/x/n=2 2000\ncopy/x/n=3 3000\n");
    standings["copy/x/n=3"] = standings["copy/x/n=2"];
    write("candidate.so", "device cuda\n" + candidate);
    const auto description = bench.describe(folder / "candidate.so");
    suite.environment = *description.environment;
    suite.modules.push_back({0, folder / "candidate.so", "hash of candidate.so", description.cases});
  }

  void write(const std::string& name, const std::string& text) const { std::ofstream(folder / name) << text; }
  cli::Standing standing(const std::string& name, const std::string& text) const {
    write(name, text);
    Commit commit;
    commit.sha = name;
    return {1, folder / name, "hash of " + name, commit};
  }
  cli::CheckPlan settled() {
    const executor::Settings settings;
    return cli::settle_identical(context, cli::plan_check(suite, standings, {}, settings, false),
                                 suite.environment.device, settings);
  }
};

}  // namespace

TEST_CASE("plan: only the changed case is left in its pairing, and a pairing left without cases vanishes") {
  Planned test("copy/x/n=1 1000\ncopy/x/n=2 2000\ncopy/x/n=3 3100\n");
  const cli::CheckPlan plan = test.settled();
  REQUIRE(plan.pairings.size() == 1);
  CHECK(plan.pairings[0].baseline.commit.sha == "new.so");
  CHECK(plan.pairings[0].cases == std::vector<std::string>{"copy/x/n=3"});
  REQUIRE(plan.settled.size() == 2);
  for (const CaseVerdict& verdict : plan.settled) {
    CHECK(verdict.verdict == Verdict::Identical);
    CHECK(verdict.method == Method::Identical);
    CHECK(verdict.decided);
  }
  CHECK(test.bench.launches == 0);
}

TEST_CASE("plan: where all is identical no pairing is left") {
  Planned test("# rebuilt\ncopy/x/n=1 1000\ncopy/x/n=2 2000\ncopy/x/n=3 3000\n");
  const cli::CheckPlan plan = test.settled();
  CHECK(plan.pairings.empty());
  CHECK(plan.settled.size() == 3);
}

TEST_CASE("plan: what a plan has settled already stays as it is") {
  Planned test("copy/x/n=1 1000\ncopy/x/n=2 2000\ncopy/x/n=4 4000\n");
  std::map<std::string, Verdict> verdicts;
  for (const CaseVerdict& verdict : test.settled().settled) verdicts[verdict.id] = verdict.verdict;
  CHECK(verdicts == std::map<std::string, Verdict>{{"copy/x/n=1", Verdict::Identical},
                                                   {"copy/x/n=2", Verdict::Identical},
                                                   {"copy/x/n=3", Verdict::Missing},
                                                   {"copy/x/n=4", Verdict::New}});
}
