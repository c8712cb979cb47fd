// Programs that print numbers of their own, gated like modules: scripts here, whose times scatter by a little.
#include <doctest/doctest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "workshop.h"

namespace {

namespace fs = std::filesystem;

// Prints two cases; `swap_ns` and `sort_ns` are about what they take. The process is the seed, as processes differ.
std::string program(double sort_ns, double swap_ns, const std::string& more = "") {
  return "#!/bin/sh\n" + more + "\nawk -v seed=$$ 'BEGIN { srand(seed); print \"case,time_ns\"; for (i = 0; i < 3; i++) {\n" +
         "  print \"sort,\" " + std::to_string(sort_ns) + " * (1 + 0.002 * rand())\n" +
         (swap_ns > 0 ? "  print \"swap,\" " + std::to_string(swap_ns) + " * (1 + 0.002 * rand())\n" : "") + "} }'\n";
}

std::string config(const std::string& command) {
  return R"({"format":"ratchet.config/1","build":"mkdir -p build && cp bench.sh build/bench && chmod +x build/bench","commands":[)" +
         command + "]}";
}
const std::string kCommand = R"({"name":"std","run":["build/bench","--fast"],"adapter":"csv"})";

// A repository with command suites and without a module.
class Shop : public Workshop {
 public:
  explicit Shop(const std::string& script = program(1000, 500), const std::string& command = kCommand) {
    repository.write("ratchet.json", config(command));
    write(script);
    repository.commit("a suite");
  }
  void write(const std::string& script) {
    repository.write("bench.sh", script);
    repository.write("build/bench", script);
    fs::permissions(repository.path() / "build/bench", fs::perms::owner_all);
  }
  void commit(const std::string& script) {
    write(script);
    repository.commit("another program");
  }
  Outcome check(std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"check", "--json"});
    return run(more);
  }
};

std::map<std::string, std::string> verdicts(const Outcome& outcome) {
  INFO(outcome.err);
  std::map<std::string, std::string> words;
  const auto document = nlohmann::json::parse(outcome.out);
  for (const auto& one : document.at("cases")) words[one.at("case")] = one.at("verdict");
  return words;
}

using Words = std::map<std::string, std::string>;

}  // namespace

TEST_CASE("command suites: a baseline is recorded without any module, and a slower program fails beside it") {
  Shop shop;
  CHECK(shop.run({"record"}).code == 0);
  const Outcome same = shop.check();
  CHECK(same.code == 0);
  CHECK(verdicts(same) == Words{{"std/sort", "identical"}, {"std/swap", "identical"}});

  shop.commit(program(1000, 550));  // 10 % slower, in one of the cases
  const Outcome slower = shop.check();
  CHECK(slower.code == 1);
  CHECK(verdicts(slower) == Words{{"std/sort", "held"}, {"std/swap", "regressed"}});
  const Outcome replayed = shop.run({"replay"});
  CHECK_MESSAGE(replayed.code == 0, replayed.out);

  shop.commit(program(1000, 450));
  CHECK(verdicts(shop.run({"record", "--json"})) == Words{{"std/sort", "held"}, {"std/swap", "improved"}});
  shop.commit(program(1000, 500));  // as fast as the first baseline, and slower than the one that stands
  CHECK(shop.check().code == 1);
  CHECK(shop.run({"trend", "std/swap"}).code == 0);
}

TEST_CASE("command suites: --base builds the revision and measures its program beside this one") {
  Shop shop;
  shop.commit(program(1100, 500));
  const Outcome outcome = shop.check({"--base", "HEAD~1"});
  CHECK(outcome.code == 1);
  CHECK(verdicts(outcome) == Words{{"std/sort", "regressed"}, {"std/swap", "held"}});
  CHECK(shop.check({"--base", "HEAD"}).code == 0);
}

TEST_CASE("command suites: a planted slowdown is found, and nothing is recorded of it") {
  Shop shop;
  CHECK(shop.run({"record"}).code == 0);
  const Outcome outcome = shop.check({"--handicap", "std/sort=5"});
  CHECK(outcome.code == 1);
  CHECK(verdicts(outcome) == Words{{"std/sort", "regressed"}, {"std/swap", "identical"}});
}

TEST_CASE("command suites: a program that fails, or prints what its adapter refuses, is a fault") {
  for (const std::string script : {"#!/bin/sh\necho 1000\necho broken >&2\nexit 3\n", "#!/bin/sh\n", "#!/bin/sh\necho fast\n",
                                   "#!/bin/sh\necho -5\n", "#!/bin/sh\nkill -9 $$\n"}) {
    Shop shop(script);
    for (const char* command : {"record", "check", "run"}) CHECK(shop.run({command}).code == 2);
  }
  Shop shop("#!/bin/sh\necho 1000\necho broken >&2\nexit 3\n");
  CHECK(contains(shop.check().err, "command suite std: its program exited with status 3: broken"));
  Shop slow("#!/bin/sh\nsleep 9\n", R"({"name":"std","run":["build/bench"],"adapter":"csv","timeout_s":0.1})");
  CHECK(contains(slow.check().err, "did not finish in time"));
}

TEST_CASE("command suites: a program that fails in a later launch is no pass, whichever side it is") {
  const std::string third = "n=$(cat n 2>/dev/null || echo 0); n=$((n + 1)); echo $n > n; [ $n -lt 4 ] || exit 5";
  Shop candidate;
  CHECK(candidate.run({"record"}).code == 0);
  candidate.commit(program(1000, 500, third));
  const Outcome failed = candidate.check();
  CHECK(failed.code == 2);
  CHECK(verdicts(failed) == Words{{"std/sort", "invalid"}, {"std/swap", "invalid"}});

  Shop baseline(program(1000, 500, third));
  baseline.commit(program(1000, 500));
  const Outcome lost = baseline.check({"--base", "HEAD~1"});
  CHECK(lost.code == 3);
  CHECK(verdicts(lost) == Words{{"std/sort", "no_baseline"}, {"std/swap", "no_baseline"}});
}

TEST_CASE("command suites: a case that one side lacks is missing or new") {
  Shop shop;
  CHECK(shop.run({"record"}).code == 0);
  shop.commit(program(1000, 0));
  const Outcome missing = shop.check();
  CHECK(missing.code == 3);
  CHECK(verdicts(missing) == Words{{"std/sort", "held"}, {"std/swap", "missing"}});
  const Outcome added = [&] {
    CHECK(shop.run({"baseline", "retire", "std/swap", "--reason", "gone"}).code == 0);
    shop.commit(program(1000, 500));
    return shop.check();
  }();
  CHECK(verdicts(added).at("std/swap") == "new");
}

TEST_CASE("command suites: other arguments are another benchmark") {
  Shop shop;
  CHECK(shop.run({"record"}).code == 0);
  shop.repository.write("ratchet.json", config(R"({"name":"std","run":["build/bench","--slow"],"adapter":"csv"})"));
  shop.repository.commit("other arguments");
  const Outcome outcome = shop.check();
  CHECK(outcome.code == 3);
  CHECK(contains(outcome.out, "its definition changed"));
}

TEST_CASE("command suites: a program finds its listed files, nothing else, and no secret of the job") {
  ::setenv("GITHUB_TOKEN", "secret", 1);
  const std::string curious = "[ -z \"$GITHUB_TOKEN\" ] || exit 7\n[ -f data/numbers ] && [ ! -e bench.sh ] || exit 8";
  Shop shop(program(1000, 500, curious), R"({"name":"std","run":["build/bench"],"adapter":"csv","files":["data"]})");
  shop.repository.write("data/numbers", "1");
  const Outcome outcome = shop.run({"run"});
  ::unsetenv("GITHUB_TOKEN");
  CHECK_MESSAGE(outcome.code == 0, outcome.err);
  fs::remove_all(shop.repository.path() / "data");
  CHECK(contains(shop.run({"run"}).err, "data does not exist; is it built?"));
}

TEST_CASE("command suites: numbers may come in a file, and one of the launch before is not taken for a new one") {
  const std::string command = R"({"name":"std","run":["build/bench"],"adapter":"csv","output":"out.csv"})";
  Shop shop("#!/bin/sh\n[ -e once ] && exit 0\ntouch once\necho 1000 > out.csv\n", command);
  const Outcome outcome = shop.run({"run", "--launches", "2"});
  CHECK(outcome.code == 2);
  CHECK(contains(outcome.out + outcome.err, "did not write out.csv"));
}

TEST_CASE("command suites: calibrate measures identical programs, and finds what it plants") {
  Shop shop;
  const Outcome outcome = shop.run({"calibrate", "--budget", "2", "--planted", "10", "--json"});
  INFO(outcome.err);
  CHECK(outcome.code == 0);
  CHECK(contains(outcome.out, "\"std/sort\""));
}
