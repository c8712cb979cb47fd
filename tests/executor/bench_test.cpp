#include "src/executor/bench.h"

#include <doctest/doctest.h>
#include <signal.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/documents/refusal.h"
#include "tests/documents/temporary_folder.h"

using namespace ratchet;
using executor::Launch;
using executor::ProcessBench;

namespace {

// A ratchet-bench that is a shell script.
class FakeBench {
 public:
  explicit FakeBench(const std::string& script) {
    std::ofstream(program()) << "#!/bin/sh\n" << script << "\n";
    std::filesystem::permissions(program(), std::filesystem::perms::owner_all);
  }
  [[nodiscard]] std::filesystem::path program() const { return folder_ / "ratchet-bench"; }
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }

 private:
  TemporaryFolder folder_;
};

const std::string kRun =
    R"({"format":"ratchet.run/1","measurements":[{"case":"a/b/n=1","unit":"ns","launches":[[1,2]]}]})";
const std::string kDuet =
    R"({"format":"ratchet.duet/1","cases":[{"case":"a/b/n=1","unit":"ns","launches":[{"baseline":[1],"candidate":[2]}]}]})";

std::string print(const std::string& document) { return "echo '" + document + "'"; }

std::string read(const std::filesystem::path& file) { return documents::read_file(file); }

std::string run_refusal(const std::string& script, const std::vector<std::string>& cases = {"a/b/n=1"}) {
  const FakeBench fake(script);
  ProcessBench bench(fake.program());
  return refusal([&] { (void)bench.run({{"m.so"}, {cases}, {}}); });
}

}  // namespace

TEST_CASE("bench: the printed documents are read, and the options are the agreed ones") {
  const FakeBench fake(R"(d=$(dirname "$0"); for a; do echo "$a"; done > "$d/args"
case "$1" in
  --describe) echo '{"format":"ratchet.module/1","name":"m","device":"cpu","cases":[{"case":"a/b/n=1"}]}' ;;
  --module) cp "$4" "$d/cases"; echo ')" +
                       kRun + R"(' ;;
  *) cp "$6" "$d/cases"; echo ')" +
                       kDuet + R"(' ;;
esac)");
  ProcessBench bench(fake.program());
  CHECK(bench.describe("m.so").cases[0].id == "a/b/n=1");
  CHECK(read(fake / "args") == "--describe\nm.so\n");

  Launch launch{7, 11, 18446744073709551615U, 3, 2.5, {{"a/*=1", 0.5}, {"c", 2}}};
  CHECK(bench.run({{"m.so"}, {{"a/b/n=1"}}, launch}).measurements[0].launches[0] == std::vector{1.0, 2.0});
  const std::string args = read(fake / "args");
  CHECK(contains(args, "--module\nm.so\n--cases-from\n"));
  CHECK(contains(args,
                 "\n--warmup\n7\n--rounds\n11\n--seed\n18446744073709551615\n--launch\n3\n--timeout-s\n2.5\n--lock-"
                 "timeout-s\n600\n"
                 "--handicap\na/*=1=0.5\n--handicap\nc=2\n"));
  CHECK(read(fake / "cases") == "a/b/n=1\n");

  CHECK_FALSE(contains(args, "--inputs"));
  launch.inputs = 4;
  CHECK(bench.run({{"m.so"}, {{"a/b/n=1"}}, launch}).measurements.size() == 1);
  CHECK(contains(read(fake / "args"), "\n--inputs\n4\n"));

  CHECK(bench.duet({"b.so", "c.so", {"a/b/n=1"}, launch}).cases[0].launches[0].candidate_ns == std::vector{2.0});
  CHECK(read(fake / "args").starts_with("--baseline\nb.so\n--candidate\nc.so\n--cases-from\n"));
}

TEST_CASE("bench: a run of several modules says which of its cases take turns") {
  const std::string both =
      R"({"format":"ratchet.run/1","measurements":[{"case":"a/b/n=1","unit":"ns","launches":[[1]]},)"
      R"({"case":"a/c/n=1","unit":"ns","launches":[[1]]},{"case":"a/b/n=2","unit":"ns","launches":[[1]]}]})";
  const FakeBench fake("d=$(dirname \"$0\"); for a; do echo \"$a\"; done > $d/args; cp $6 $d/cases; " + print(both));
  ProcessBench bench(fake.program());
  (void)bench.run({{"m.so", "n.so"}, {{"a/b/n=1", "a/c/n=1"}, {"a/b/n=2"}}, {}});
  CHECK(read(fake / "args").starts_with("--module\nm.so\n--module\nn.so\n--cases-from\n"));
  CHECK(read(fake / "args").ends_with("\n--together\n"));
  CHECK(read(fake / "cases") == "a/b/n=1\na/c/n=1\n\na/b/n=2\n");
  (void)bench.run({{"m.so", "n.so"}, {{"a/b/n=1"}, {"a/c/n=1"}, {"a/b/n=2"}}, {}});
  CHECK_FALSE(contains(read(fake / "args"), "--together"));
}

TEST_CASE("bench: comparing calls asks for no measurement, and a document about other cases is refused") {
  const std::string calls =
      R"({"format":"ratchet.launches/1","cases":[{"case":"a/b/n=1","same":true,"kernels":["k"]}]})";
  const FakeBench fake("d=$(dirname \"$0\"); for a; do echo \"$a\"; done > $d/args; cp $7 $d/cases; " + print(calls));
  ProcessBench bench(fake.program());
  CHECK(bench.compare_calls({"b.so", "c.so", {"a/b/n=1"}, 2.5}).cases[0].kernels[0] == "k");
  const std::string args = read(fake / "args");
  CHECK(args.starts_with("--baseline\nb.so\n--candidate\nc.so\n--identify\n--cases-from\n/"));
  CHECK(args.ends_with("\n--timeout-s\n2.5\n--lock-timeout-s\n600\n"));
  CHECK(read(fake / "cases") == "a/b/n=1\n");
  const auto refused = [&](const std::vector<std::string>& cases) {
    return refusal([&] { (void)bench.compare_calls({"b.so", "c.so", cases, 60}); });
  };
  CHECK(contains(refused({"a/b/n=1", "a/b/n=2"}), "says nothing of the case a/b/n=2"));
  CHECK(contains(refused({"a/b/n=2"}), "a/b/n=1, which was not asked for"));
  CHECK(contains(refused({}), "no case is selected"));
}

TEST_CASE("bench: the list of cases is removed again") {
  const FakeBench fake("d=$(dirname \"$0\"); echo \"$4\" > $d/name; " + print(kRun));
  ProcessBench bench(fake.program());
  (void)bench.run({{"m.so"}, {{"a/b/n=1"}}, {}});
  std::string name = read(fake / "name");
  name.pop_back();
  CHECK(name.starts_with("/"));
  CHECK(!std::filesystem::exists(name));
}

TEST_CASE("bench: the measuring host sees no more of the environment than is listed, and leaves nobody behind") {
  const FakeBench fake(
      "d=$(dirname \"$0\"); env >$d/env; setsid sh -c \"echo \\$\\$ >$d/new; mv $d/new $d/pid; exec sleep 1000\" "
      ">/dev/null 2>&1 & "
      "d=$(dirname \"$0\"); until [ -e $d/pid ]; do sleep 0.01; done; " +
      print(kRun));
  ::setenv("RATCHET_TEST_SECRET", "here", 1);  // ours pass
  ::setenv("A_SECRET", "here", 1);
  ProcessBench bench(fake.program());
  (void)bench.run({{"m.so"}, {{"a/b/n=1"}}, {}});
  ::unsetenv("RATCHET_TEST_SECRET");
  ::unsetenv("A_SECRET");
  CHECK(contains(read(fake / "env"), "\nRATCHET_TEST_SECRET=here\n"));
  CHECK_FALSE(contains(read(fake / "env"), "\nA_SECRET="));
  CHECK(::kill(static_cast<pid_t>(std::stoi(read(fake / "pid"))), 0) != 0);
}

TEST_CASE("bench: half a document is refused, and so is none") {
  CHECK(contains(run_refusal("printf '%s' '" + kRun.substr(0, 60) + "'"), "ratchet-bench: "));
  CHECK(contains(run_refusal("printf '%s' '" + kRun.substr(0, 60) + "'"), "not valid JSON"));
  CHECK(contains(run_refusal("true"), "not valid JSON"));
  CHECK(contains(run_refusal(print(kRun) + "; echo done"), "not valid JSON"));
}

TEST_CASE("bench: a failing child is refused with its last words, whatever it printed") {
  const std::string message = run_refusal(print(kRun) + "; echo first >&2; echo 'no such device' >&2; exit 2");
  CHECK(contains(message, "--module m.so exited with status 2: no such device"));
  CHECK(contains(run_refusal(print(kRun) + "; kill -SEGV $$"), "was killed by SIGSEGV"));
}

TEST_CASE("bench: a document about other cases than those asked for is refused") {
  CHECK(contains(run_refusal(print(kRun), {"a/b/n=1", "a/b/n=2"}), "says nothing of the case a/b/n=2"));
  CHECK(contains(run_refusal(print(kRun), {"a/b/n=2"}), "measured a/b/n=1, which was not asked for"));
  CHECK(contains(run_refusal(print(kDuet)), "expected \"ratchet.run/1\", found \"ratchet.duet/1\""));
  const FakeBench fake(print(kDuet));
  ProcessBench bench(fake.program());
  const auto duet_of = [&](const std::vector<std::string>& cases) {
    return refusal([&] { (void)bench.duet({"b.so", "c.so", cases, {}}); });
  };
  CHECK(contains(duet_of({"a/b/n=1", "a/b/n=2"}), "says nothing of the case a/b/n=2"));
  CHECK(contains(duet_of({"a/b/n=2"}), "measured a/b/n=1, which was not asked for"));
}

TEST_CASE("bench: no selected case is an error, not a measurement of everything") {
  CHECK(contains(run_refusal(print(kRun), {}), "no case is selected"));
}

TEST_CASE("bench: a missing program is an error with the remedy") {
  ProcessBench bench("/no/such/ratchet-bench");
  CHECK(contains(refusal([&] { (void)bench.describe("m.so"); }),
                 "/no/such/ratchet-bench does not exist; build or install"));
  CHECK(executor::bench_beside_this_program().filename() == "ratchet-bench");
  CHECK(std::filesystem::exists(executor::bench_beside_this_program().parent_path() / "executor_test"));
}
