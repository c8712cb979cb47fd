// The gate as a GitHub job meets it: every event, what it tells the job, and what it refuses.
#include <doctest/doctest.h>

#include "db/store.h"
#include "github_desk.h"
#include "src/executor/interrupt.h"

namespace {

const char* const kSame = "# rebuilt\ncopy/x/n=1 1000\ncopy/x/n=2 2000\n";
const char* const kSlower = "copy/x/n=1 1000\ncopy/x/n=2 2200\n";
const char* const kFaster = "copy/x/n=1 1000\ncopy/x/n=2 1700\n";

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

nlohmann::json moves(GithubDesk& desk) {
  return nlohmann::json::parse(desk.shop.run({"baseline", "log", "--json"}).out)["moves"];
}

}  // namespace

TEST_CASE("ci: a push to the default branch records, and one that is faster advances") {
  GithubDesk desk;
  desk.push();
  const Outcome first = desk.ci();
  CHECK_MESSAGE(first.code == 0, first.err);
  CHECK(desk.output("outcome") == "pass");
  CHECK(moves(desk).size() == 2);
  desk.push(kFaster);
  CHECK(desk.ci().code == 0);
  CHECK(desk.output("improved") == "1");
  CHECK(moves(desk)[2]["kind"] == "advanced");
}

TEST_CASE("ci: a pull request is checked beside what stood at its base") {
  GithubDesk desk;
  desk.push();
  REQUIRE(desk.ci().code == 0);
  SUBCASE("held") {
    desk.pull(kSame);
    const Outcome outcome = desk.ci();
    CHECK_MESSAGE(outcome.code == 0, outcome.err);
    CHECK(contains(desk.summary(), "Performance: pass"));
    CHECK(contains(desk.summary(), "2 held of 2 cases"));
    CHECK(moves(desk).size() == 2);
  }
  SUBCASE("regressed") {
    desk.pull(kSlower);
    const Outcome outcome = desk.ci();
    CHECK(outcome.code == 1);
    CHECK(desk.output("outcome") == "regressed");
    CHECK(desk.output("exit-code") == "1");
    CHECK(desk.output("regressed") == "1");
    CHECK(contains(desk.summary(), "| **regressed** |"));
    CHECK(
        contains(outcome.err, "::error file=kernels.txt,line=2,title=ratchet%3A regressed::copy/x/n=2: regressed +1"));
  }
  SUBCASE("the same gate guards the merge queue") {
    desk.pull(kSlower);
    desk.queue();
    CHECK(desk.ci().code == 1);
  }
  SUBCASE("main went on: what it reached since is not the branch's fault") {
    desk.pull(kSame);
    const std::string merge = desk.shop.repository.git({"rev-parse", "HEAD"});
    desk.shop.repository.git({"branch", "waiting"});
    desk.push(kFaster);
    REQUIRE(desk.ci().code == 0);
    REQUIRE(moves(desk).size() == 3);
    desk.pull(kSame);
    CHECK(desk.ci().code == 1);  // a branch of today's main has no excuse
    desk.shop.repository.git({"checkout", "--quiet", "-f", "waiting"});
    nlohmann::json event = nlohmann::json::parse(std::ifstream(desk.outside / "event.json"));
    event["pull_request"]["head"]["sha"] = desk.shop.repository.git({"rev-parse", "HEAD^2"});
    desk.event("pull_request", event, merge);
    const Outcome outcome = desk.ci();
    CHECK_MESSAGE(outcome.code == 0, outcome.out);
  }
}

TEST_CASE("ci: without a recorded baseline the base is built and measured beside") {
  GithubDesk desk;
  desk.pull(kSlower);
  const Outcome outcome = desk.ci();
  CHECK_MESSAGE(outcome.code == 1, outcome.err);
  CHECK(contains(desk.summary(), "it was built and measured beside"));
}

TEST_CASE("ci: a case that the base has and main has not recorded is no new one") {
  GithubDesk desk;
  desk.push();
  REQUIRE(desk.ci().code == 0);
  desk.push("copy/x/n=1 1000\ncopy/x/n=2 2000\ncopy/x/n=3 3000\n");  // its job never ran
  SUBCASE("slower") {
    desk.pull("copy/x/n=1 1000\ncopy/x/n=2 2000\ncopy/x/n=3 3300\n");
    const Outcome outcome = desk.ci();
    CHECK_MESSAGE(outcome.code == 1, outcome.out);
    CHECK(contains(outcome.out, "regressed copy/x/n=3"));
    CHECK(contains(desk.summary(), "it was built and measured beside"));
  }
  SUBCASE("one that the base does not have is new") {
    desk.pull("copy/x/n=1 1000\ncopy/x/n=2 2000\ncopy/x/n=3 3000\ncopy/x/n=4 4000\n");
    const Outcome outcome = desk.ci();
    CHECK_MESSAGE(outcome.code == 0, outcome.out);
    CHECK(contains(outcome.out, "1 new"));
  }
  SUBCASE("nor does a module that the base does not list make the build of the base fail") {
    desk.shop.repository.write("more.txt", "copy/y/n=1 1000\n");
    desk.config = R"({"format":"ratchet.config/1","modules":["build/kernels.so","build/more.so"],)"
                  R"("build":"mkdir -p build && cp kernels.txt build/kernels.so && cp more.txt build/more.so"})";
    desk.pull("copy/x/n=1 1000\ncopy/x/n=2 2000\ncopy/x/n=3 3000\n");
    const Outcome outcome = desk.ci();
    CHECK_MESSAGE(outcome.code == 0, outcome.err);
    CHECK(contains(outcome.out, "1 new"));
  }
}

TEST_CASE("ci: what the base's modules have and the change's do not is missing, also where nothing is recorded") {
  GithubDesk desk;
  SUBCASE("a module that is no longer listed") {
    desk.shop.repository.write("more.txt", "copy/y/n=1 1000\n");
    desk.shop.repository.write(
        "ratchet.json", R"({"format":"ratchet.config/1","modules":["build/kernels.so","build/more.so"],)"
                        R"("build":"mkdir -p build && cp kernels.txt build/kernels.so && cp more.txt build/more.so"})");
    desk.push();
    desk.config = R"({"format":"ratchet.config/1","modules":["build/kernels.so"],)"
                  R"("build":"mkdir -p build && cp kernels.txt build/kernels.so"})";
    desk.pull(kSame);
    const Outcome outcome = desk.ci();
    CHECK(outcome.code == 3);
    CHECK(contains(outcome.out, "missing copy/y/n=1"));
  }
  SUBCASE("a GPU that is gone") {
    desk.shop.repository.write("cpu.txt", "copy/cpu/n=1 1000\n");
    desk.shop.repository.write(
        "ratchet.json", R"({"format":"ratchet.config/1","modules":["build/kernels.so","build/cpu.so"],)"
                        R"("build":"mkdir -p build && cp kernels.txt build/kernels.so && cp cpu.txt build/cpu.so"})");
    desk.push("device cuda absent\ncopy/x/n=1 1000\n");
    desk.pull("device cuda absent\ncopy/x/n=1 1100\n");
    const Outcome outcome = desk.ci();
    CHECK(outcome.code == 2);
    CHECK(contains(outcome.err, "is for a GPU, and none is usable here"));
    CHECK(desk.ci({"--device", "cpu"}).code == 0);
  }
}

TEST_CASE("ci: the base is built as its own ratchet.json says, not as the change would have it") {
  GithubDesk desk;
  desk.config = R"({"format":"ratchet.config/1","modules":["build/kernels.so"],)"
                R"("build":"mkdir -p build && sed s/2000/2200/ kernels.txt > build/kernels.so"})";
  desk.pull(kSame);
  const Outcome outcome = desk.ci();
  CHECK_MESSAGE(outcome.code == 1, outcome.out);
}

TEST_CASE("ci: a work tree with changes is refused: it is not the commit, and neither are its acceptances") {
  GithubDesk desk;
  desk.push();
  REQUIRE(desk.ci().code == 0);
  desk.pull(kSlower);
  desk.shop.repository.write("ratchet.accept.json",
                             R"({"format":"ratchet.accept/1","accepted":[{"case":"copy/x/n=2","reason":"mine"}]})");
  const Outcome outcome = desk.ci();
  CHECK(outcome.code == 2);
  CHECK(contains(outcome.err, "the work tree has changes"));
}

TEST_CASE("ci: what a pull request measured is main's point, also of a squash, and is not measured again") {
  GithubDesk desk;
  desk.push();
  REQUIRE(desk.ci().code == 0);
  desk.pull(kFaster);
  REQUIRE(desk.ci().code == 0);
  desk.squash();
  const auto runs = [&] { return nlohmann::json::parse(desk.shop.run({"log", "--json"}).out)["runs"].size(); };
  const std::size_t before = runs();
  const Outcome outcome = desk.ci();
  CHECK_MESSAGE(outcome.code == 0, outcome.err);
  CHECK(runs() == before);
  CHECK(contains(desk.summary(), "measured before this tree was merged"));
  REQUIRE(moves(desk).size() == 3);
  CHECK(moves(desk)[2]["commit"] == desk.base);
  const std::string trend = desk.shop.run({"trend", "copy/x/n=2", "--csv"}).out;
  CHECK_MESSAGE(contains(trend, desk.base), trend);
}

TEST_CASE("ci: a fork is refused where others run next, and otherwise leaves nothing") {
  GithubDesk desk;
  desk.push();
  REQUIRE(desk.ci().code == 0);
  desk.pull(kSame, "eve/kernels");
  const int before = desk.shop.bench.launches;
  const Outcome refused = desk.ci();
  CHECK(refused.code == 2);
  CHECK(contains(refused.err, "--allow-fork"));
  CHECK(desk.output("outcome") == "fault");
  CHECK(desk.shop.bench.launches == before);
  const std::string log = desk.shop.run({"log", "--json"}).out;
  const Outcome newest_verdict = desk.shop.run({"replay", "--json"});
  REQUIRE(newest_verdict.code == 0);
  const Outcome allowed = desk.ci({"--allow-fork"});
  CHECK_MESSAGE(allowed.code == 0, allowed.err);
  CHECK(contains(desk.summary(), "shown and not recorded"));
  CHECK(desk.shop.run({"log", "--json"}).out == log);
  CHECK(desk.shop.run({"replay", "--json"}).out == newest_verdict.out);
  desk.set("RUNNER_ENVIRONMENT", "github-hosted");
  CHECK(desk.ci().code == 0);
}

TEST_CASE("ci: another work tree than the event's merge is refused") {
  GithubDesk desk;
  desk.push();
  REQUIRE(desk.ci().code == 0);
  desk.pull(kSlower);
  desk.shop.repository.git({"checkout", "--quiet", "-f", "branch"});
  const Outcome tip = desk.ci();
  CHECK(tip.code == 2);
  CHECK(contains(tip.err, "give actions/checkout no \"ref\""));
  desk.set("GITHUB_SHA", desk.head);
  CHECK(contains(desk.ci().err, "is not the merge of this pull request's"));
}

TEST_CASE("ci: a shallow checkout says fetch-depth") {
  GithubDesk desk;
  desk.push();
  REQUIRE(desk.ci().code == 0);
  desk.push();  // not recorded: the baseline is one commit before the base
  desk.pull(kSame);
  const TemporaryFolder folder;
  desk.shop.repository.git({"config", "uploadpack.allowAnySHA1InWant", "true"});
  const auto ci_at_depth = [&](const std::string& depth) {
    const std::string clone = (folder / depth).string();
    const std::string origin = "file://" + desk.shop.repository.path().string();
    desk.shop.repository.git({"clone", "--quiet", "--depth", depth, origin, clone});
    desk.shop.repository.git({"-C", clone, "fetch", "--quiet", "--depth", depth, "origin", std::getenv("GITHUB_SHA")});
    desk.shop.repository.git({"-C", clone, "checkout", "--quiet", "FETCH_HEAD"});
    std::filesystem::current_path(clone);
    const Outcome outcome = desk.ci();
    std::filesystem::current_path(desk.shop.repository.path());
    return outcome;
  };
  for (const char* depth : {"1", "2"}) {  // neither the base nor, then, the baseline
    const Outcome outcome = ci_at_depth(depth);
    CHECK(outcome.code == 2);
    CHECK_MESSAGE(contains(outcome.err, "fetch-depth: 0"), outcome.err);
    CHECK(contains(desk.summary(), "fetch-depth"));
  }
  const Outcome whole = ci_at_depth("9");
  CHECK_MESSAGE(whole.code == 0, whole.err);
}

TEST_CASE("ci: a push elsewhere, or with the database in the work folder, records nothing") {
  GithubDesk desk;
  desk.push();
  SUBCASE("another branch") {
    desk.event("push", {{"after", desk.base}, {"ref", "refs/heads/release"}}, desk.base);
    const Outcome outcome = desk.ci();
    CHECK(outcome.code == 2);
    CHECK(contains(outcome.err, "other than the default one"));
  }
  SUBCASE("the work folder") {
    SUBCASE("absolute") { desk.set("RATCHET_DB", (desk.shop.repository.path() / ".ratchet" / "ratchet.db").string()); }
    SUBCASE("relative") { desk.set("RATCHET_DB", "elsewhere/ratchet.db"); }
    const Outcome outcome = desk.ci();
    CHECK(outcome.code == 2);
    CHECK(contains(outcome.err, "set RATCHET_DB to a folder outside"));
  }
  CHECK_FALSE(std::filesystem::exists(desk.outside / "ratchet.db"));
}

TEST_CASE("ci: a folder for several repositories holds a database for each") {
  GithubDesk desk;
  std::filesystem::create_directory(desk.outside / "all");
  desk.set("RATCHET_DB", (desk.outside / "all").string());
  desk.push();
  CHECK(desk.ci().code == 0);
  CHECK(std::filesystem::exists(desk.outside / "all" / "ann" / "kernels" / "ratchet.db"));
}

TEST_CASE("ci: at most ten annotations, worst first") {
  GithubDesk desk;
  std::string before;
  std::string after;
  for (int i = 1; i <= 14; ++i) {
    before += "copy/x/n=" + std::to_string(i) + " 1000\n";
    after += "copy/x/n=" + std::to_string(i) + " " + std::to_string(1000 + 20 * i) + "\n";
  }
  desk.push(before);
  REQUIRE(desk.ci().code == 0);
  desk.pull(after);
  const Outcome outcome = desk.ci();
  CHECK(outcome.code == 1);
  CHECK(count(outcome.err, "\n::error ") == 10);
  CHECK(contains(outcome.err, "::copy/x/n=14: regressed"));
  CHECK(outcome.err.find("::copy/x/n=14: ") < outcome.err.find("::copy/x/n=13: "));
  CHECK_FALSE(contains(outcome.err, "::copy/x/n=1: "));
}

TEST_CASE("ci: names and subjects cannot speak to the runner") {
  GithubDesk desk;
  const std::string evil = "::error::x/##[add-mask]y/n=1";
  desk.push(evil + " 1000\n");
  REQUIRE(desk.ci().code == 0);
  desk.pull(evil + " 1100\n", "ann/kernels", "<b>x</b> ::error::subject\n\n##[error]body");
  const Outcome outcome = desk.ci();
  CHECK(outcome.code == 1);
  CHECK_FALSE(contains(outcome.out, "##["));
  CHECK_FALSE(contains("\n" + outcome.out, "\n::"));
  // On stderr our own commands only: the stop, its end, the annotation, and the warning that there is no token.
  std::size_t commands = 0;
  std::istringstream lines(outcome.err);
  for (std::string line; std::getline(lines, line);) commands += line.starts_with("::") ? 1 : 0;
  CHECK(commands == 4);
  CHECK(
      contains(outcome.err, "\n::error file=kernels.txt,line=1,title=ratchet%3A regressed::::error::x/##[add-mask]y"));
  const Outcome json = desk.ci({"--json"});
  CHECK_FALSE(contains(json.out, "##["));
  CHECK(nlohmann::json::parse(json.out)["cases"][0]["case"] == evil);
}

TEST_CASE("ci: a fault is told to the job like any outcome") {
  GithubDesk desk;
  desk.push();
  SUBCASE("a build that fails") {
    desk.shop.repository.write("ratchet.json", R"({"format":"ratchet.config/1","modules":["build/kernels.so"],)"
                                               R"("build":"echo '<b>broken</b>' >&2; exit 3"})");
    desk.push();
    const Outcome outcome = desk.ci();
    CHECK(outcome.code == 2);
    CHECK(contains(outcome.err, "building the candidate"));
    CHECK(contains(desk.summary(), "&#60;b&#62;broken"));
    CHECK(contains(outcome.err, "\n::error title=ratchet::building"));
  }
  SUBCASE("an event that is none") {
    std::ofstream(desk.outside / "event.json") << "{";
    CHECK(desk.ci().code == 2);
    CHECK(contains(desk.summary(), "not valid JSON"));
  }
  CHECK(desk.output("outcome") == "fault");
  CHECK(desk.output("exit-code") == "2");
}

TEST_CASE("ci: a summary or outputs that cannot be written change no verdict") {
  GithubDesk desk;
  desk.push();
  desk.set("GITHUB_OUTPUT", "/nowhere/output");
  desk.set("GITHUB_STEP_SUMMARY", "/nowhere/summary");
  const Outcome outcome = desk.ci();
  CHECK(outcome.code == 0);
  CHECK(contains(outcome.err, "the outputs are not written"));
  CHECK(contains(outcome.err, "the summary is not written"));
}

TEST_CASE("ci: outside of a job it says what to use instead") {
  GithubDesk desk;
  ::unsetenv("GITHUB_EVENT_PATH");
  const Outcome outcome = desk.ci();
  CHECK(outcome.code == 2);
  CHECK(contains(outcome.err, "`ratchet check`"));
}

TEST_CASE("ci: a signal marks the check as aborted, in the job and in the audit") {
  GithubDesk desk;
  desk.push();
  REQUIRE(desk.ci().code == 0);
  desk.pull(kSame);
  for (const int signal : {2, 15}) {
    ratchet::executor::set_interrupt_signal(signal);
    const Outcome outcome = desk.ci();
    ratchet::executor::set_interrupt_signal(0);
    CHECK(outcome.code == 128 + signal);
    CHECK(desk.output("outcome") == "aborted");
    CHECK(contains(desk.summary(), "aborted&#58; stopped by"));
    CHECK_FALSE(contains(outcome.err, "nothing was recorded"));
    ratchet::db::Store store(desk.outside / "ratchet.db", ratchet::db::Mode::ReadOnly);
    const auto newest = store.newest_verdict();
    REQUIRE(newest);
    CHECK(newest->outcome == "no_verdict");
    CHECK(contains(newest->document, "aborted: stopped by SIG"));
    CHECK(contains(desk.shop.run({"replay"}).err, "judged no case (aborted"));
  }
}

TEST_CASE(
    "ci: an acceptance counts as the candidate's commit has it, with its reason, and moves the baseline on main") {
  GithubDesk desk;
  desk.push();
  REQUIRE(desk.ci().code == 0);
  desk.pull(kSlower);
  REQUIRE(desk.ci().code == 1);
  desk.accept = R"({"format":"ratchet.accept/1","accepted":[{"case":"copy/x/n=2","reason":"safer <b>"}]})";
  desk.pull(kSlower);
  const Outcome outcome = desk.ci();
  CHECK_MESSAGE(outcome.code == 0, outcome.out);
  CHECK(contains(desk.summary(), "accepted copy/x/n=2: was regressed; accepted: safer &lt;b&gt;"));
  desk.squash();
  REQUIRE(desk.ci().code == 0);
  const auto move = moves(desk)[2];
  CHECK(move["kind"] == "accepted");
  CHECK(contains(move["reason"], "in commit " + desk.base));
  CHECK(move["actor"] == "Ann <ann@example.org>");
}
