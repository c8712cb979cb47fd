#include <doctest/doctest.h>

#include "workshop.h"

namespace {

std::string numbers(double first) {
  std::string text = "case,time_us\n";
  for (int i = 0; i < 12; ++i) text += "sort/n=10," + std::to_string(first + 0.001 * ((i * 7) % 5)) + "\n";
  return text;
}

std::vector<std::string> write_launches(Workshop& workshop, const std::string& stem, double first) {
  std::vector<std::string> names;
  for (int i = 0; i < 6; ++i) {
    names.push_back(stem + std::to_string(i) + ".csv");
    workshop.repository.write(names.back(), numbers(first + 0.002 * i));
  }
  return names;
}

Outcome import_all(Workshop& workshop, std::vector<std::string> names, const std::vector<std::string>& options) {
  names.insert(names.begin(), "import");
  names.insert(names.end(), options.begin(), options.end());
  return workshop.run(names);
}

TEST_CASE("import: files of one command are the launches of one run, and two imports are judged") {
  Workshop workshop;
  const std::string sha = workshop.repository.git({"rev-parse", "HEAD"}).substr(0, 40);
  const Outcome first =
      import_all(workshop, write_launches(workshop, "a", 10), {"--commit", "HEAD", "--device", "Lab machine"});
  CHECK(first.code == 0);
  CHECK_MESSAGE(contains(first.out, "of " + sha.substr(0, 12) + ": 1 case, 6 launches (csv) on Lab machine"),
                first.out);
  CHECK(contains(first.err, "no column `launch`"));
  const Outcome shown = workshop.run({"show", "HEAD"});
  CHECK_MESSAGE(contains(shown.out, "sort/n=10"), shown.out);
  CHECK(contains(shown.out, "imported:csv"));

  workshop.repository.commit("second");
  CHECK(import_all(workshop, write_launches(workshop, "b", 13), {"--commit", "HEAD", "--device", "Lab machine"}).code ==
        0);
  const Outcome compared = workshop.run({"compare", "HEAD~1", "HEAD"});
  CHECK_MESSAGE(compared.code == 1, compared.out);
  CHECK(contains(compared.out, "regressed"));
}

TEST_CASE("import: the same files again change nothing, and the same numbers are of one commit") {
  Workshop workshop;
  workshop.repository.write("a.csv", numbers(10));
  const std::vector<std::string> again{"import", "a.csv", "--commit", "HEAD", "--device", "x", "--json"};
  const Outcome first = workshop.run(again);
  CHECK(first.code == 0);
  CHECK(contains(first.out, "\"new\": true"));
  const Outcome second = workshop.run(again);
  CHECK(second.code == 0);
  CHECK(contains(second.out, "\"new\": false"));
  CHECK(!contains(workshop.run({"log"}).out, "2 runs"));
  workshop.repository.commit("second");
  const Outcome moved = workshop.run(again);
  CHECK(moved.code == 2);
  CHECK(contains(moved.err, "one measurement is of one commit"));
}

TEST_CASE("import: a run of ratchet keeps its name and environment, and compares with what was measured") {
  Workshop workshop;
  const Outcome measured = workshop.run({"run", "--json"});
  REQUIRE(measured.code == 0);
  workshop.repository.write("run.json", measured.out);
  const Outcome known = workshop.run({"import", "run.json"});
  CHECK(known.code == 0);
  CHECK(contains(known.out, "known already: run "));
  const Outcome elsewhere = workshop.run({"import", "run.json", "--db", "other.db"});
  CHECK(elsewhere.code == 0);
  CHECK(contains(elsewhere.out, "imported run "));
}

TEST_CASE("import: numbers of another tool never compare with measured ones") {
  Workshop workshop;
  REQUIRE(workshop.run({"run"}).code == 0);
  const std::string sha = workshop.repository.git({"rev-parse", "HEAD"}).substr(0, 40);
  workshop.repository.commit("second");
  workshop.repository.write("a.csv", "case,time_ns\ncopy/x/n=1,1000\n");
  REQUIRE(workshop.run({"import", "a.csv", "--commit", "HEAD", "--device", "Fake CPU"}).code == 0);
  const Outcome compared = workshop.run({"compare", sha, "HEAD"});
  CHECK(compared.code == 3);
  CHECK_MESSAGE(contains(compared.out, "not the same environment"), compared.out);
}

TEST_CASE("import: what is not said, said twice or said differently is refused, and nothing is recorded") {
  Workshop workshop;
  workshop.repository.write("a.csv", numbers(10));
  workshop.repository.write("copy.csv", numbers(10));
  workshop.repository.write("go.txt", "cpu: Some CPU\nBenchmarkA-2 10 5 ns/op\n");
  const auto refuses = [&](const std::vector<std::string>& arguments, const char* why) {
    const Outcome outcome = workshop.run(arguments);
    CHECK(outcome.code == 2);
    CHECK_MESSAGE(contains(outcome.err, why), outcome.err);
  };
  refuses({"import"}, "import needs files");
  refuses({"import", "a.csv", "--device", "x"}, "name it with --commit");
  refuses({"import", "a.csv", "--commit", "HEAD"}, "name it with --device");
  refuses({"import", "a.csv", "--commit", "nonesuch", "--device", "x"}, "nonesuch");
  refuses({"import", "a.csv", "copy.csv", "--commit", "HEAD", "--device", "x"}, "holds the same");
  refuses({"import", "a.csv", "go.txt", "--commit", "HEAD", "--device", "x"}, "this one does: go");
  refuses({"import", "a.csv", "--adapter", "jmh", "--commit", "HEAD", "--device", "x"}, "this one does: csv");
  refuses({"import", "go.txt", "--commit", "HEAD", "--device", "x"}, "\"Some CPU\", not on \"x\"");
  refuses({"import", "absent.csv", "--commit", "HEAD", "--device", "x"}, "absent.csv");
  CHECK(workshop.run({"log"}).code == 2);
}

TEST_CASE("import: a benchmark that failed is recorded as failed, and the exit code says it") {
  Workshop workshop;
  workshop.repository.write("go.txt", "cpu: Some CPU\nBenchmarkA-2 10 5 ns/op\n--- FAIL: BenchmarkB\nFAIL\n");
  const Outcome outcome = workshop.run({"import", "go.txt", "--commit", "HEAD"});
  CHECK(outcome.code == 2);
  CHECK(contains(outcome.err, "1 case failed"));
  CHECK(contains(workshop.run({"show", "HEAD"}).out, "BenchmarkB"));
}

TEST_CASE("export: HEAD's run or the newest verdict goes out, and what is not there is an error") {
  Workshop workshop;
  CHECK(workshop.run({"export", "--format", "junit"}).code == 2);
  REQUIRE(workshop.run({"record"}).code == 0);
  const Outcome junit = workshop.run({"export", "--format", "junit"});
  CHECK(junit.code == 0);
  CHECK_MESSAGE(contains(junit.out, "<testcase classname=\"ratchet\" name=\"copy/x/n=1\""), junit.out);
  const Outcome csv = workshop.run({"export", "--format", "csv"});
  CHECK(csv.code == 0);
  CHECK(csv.out.starts_with("case,launch,time_ns,bytes\r\ncopy/x/n=1,0,"));
  CHECK(workshop.run({"export", "--format", "nonesuch"}).code == 2);
  CHECK(workshop.run({"export"}).code == 2);
  CHECK(workshop.run({"export", "nonesuch", "--format", "csv"}).code == 2);
}

}  // namespace
