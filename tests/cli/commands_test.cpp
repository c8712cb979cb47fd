// The other commands, and what every command does with bad input: one line on stderr, exit 2, nothing changed.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "db/sqlite.h"
#include "src/cli/command.h"
#include "src/cli/manual.h"
#include "src/documents/documents.h"
#include "workshop.h"

namespace {

std::size_t lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

void check_fault(const Outcome& outcome, const std::string& part) {
  CHECK_MESSAGE(outcome.code == 2, outcome.err);
  CHECK_MESSAGE(contains(outcome.err, part), outcome.err);
  CHECK(outcome.out.empty());
  CHECK_MESSAGE(lines(outcome.err) == 1, outcome.err);
}

}  // namespace

TEST_CASE("program: unknown commands and options are named") {
  Workshop workshop;
  check_fault(workshop.run({"chekc"}), "chekc");
  check_fault(workshop.run({"check", "--strickt"}), "strickt");
  check_fault(workshop.run({"check", "--stri"}), "stri");  // no abbreviations
  check_fault(workshop.run({"stats", "a", "b"}), "too many");
  CHECK(workshop.run({}).code == 2);
}

TEST_CASE("program: help and version go to stdout and succeed") {
  Workshop workshop;
  for (const char* command :
       {"init", "doctor", "run", "check", "record", "compare", "accept", "baseline", "log", "trend", "stats"}) {
    const Outcome outcome = workshop.run({command, "--help"});
    CHECK(outcome.code == 0);
    CHECK(contains(outcome.out, std::string("usage: ratchet ") + command));
    CHECK(contains(outcome.out, "--json"));
  }
  CHECK(contains(workshop.run({"--help"}).out, "exit codes: 0 pass, 1 regression"));
  CHECK(contains(workshop.run({"--version"}).out, "ratchet 0."));
}

TEST_CASE("program: the help of all commands is the one that was reviewed") {
  Workshop workshop;
  std::string help = workshop.run({"--help"}).out;
  for (const ratchet::cli::Command& command : ratchet::cli::commands()) {
    help += "\n$ ratchet " + command.name + " --help\n" + workshop.run({command.name, "--help"}).out;
  }
  std::ifstream file(RATCHET_TEST_DATA "/help.txt");
  const std::string reviewed{std::istreambuf_iterator<char>(file), {}};
  const std::string got = std::filesystem::temp_directory_path() / "ratchet-help.txt";
  if (help != reviewed) std::ofstream(got) << help;
  CHECK_MESSAGE(help == reviewed, "review " << got << " and copy it to tests/data/help.txt");
}

TEST_CASE("program: outside of a repository it says so") {
  Workshop workshop;
  TemporaryFolder folder;
  std::filesystem::current_path(folder.path());
  CHECK(workshop.run({"log"}).code == 2);
  CHECK(workshop.run({"check"}).code == 2);
}

TEST_CASE("init: writes a configuration that the other commands read, and never overwrites one") {
  Workshop workshop;
  std::filesystem::remove(workshop.repository.path() / "ratchet.json");
  CHECK(workshop.run({"init"}).code == 0);
  CHECK(ratchet::repository::read_config("ratchet.json").modules.empty());
  check_fault(workshop.run({"init"}), "exists already");
  check_fault(workshop.run({"init", "kernels"}), "a name is for --module");
}

TEST_CASE("init: a module is written as a whole or not at all, under a name that files and targets can bear") {
  Workshop workshop;
  const auto path = [&](const char* name) { return workshop.repository.path() / name; };
  std::filesystem::remove(path("ratchet.json"));
  for (const char* name : {"build/kernels.so", "my-kernels", "1st", "x;y"})
    check_fault(workshop.run({"init", "--module", name}), "letters, digits and _");
  workshop.repository.write("mine.cu", "somebody's");
  check_fault(workshop.run({"init", "--module", "mine"}), "mine.cu exists already");
  CHECK_FALSE(std::filesystem::exists(path("ratchet.json")));
  CHECK_FALSE(std::filesystem::exists(path("CMakeLists.txt")));
  const Outcome outcome = workshop.run({"init", "--module"});
  CHECK_MESSAGE(outcome.code == 0, outcome.err);
  CHECK(contains(outcome.out, "there is a .gitignore already"));
  CHECK(contains(ratchet::documents::read_file(path("CMakeLists.txt")),
                 "ratchet_add_module(my_kernels_cpu my_kernels.cpp)"));
  CHECK_FALSE(contains(ratchet::documents::read_file(path("my_kernels.cpp")), "@"));
  CHECK(ratchet::documents::read_file(path("mine.cu")) == "somebody's");
}

TEST_CASE("help: prints an overview, a command's options, and every topic from the document that it names") {
  Workshop workshop;
  CHECK(workshop.run({"help"}).out == workshop.run({"--help"}).out);
  CHECK(workshop.run({"help", "trend"}).out == workshop.run({"trend", "--help"}).out);
  const auto first_line = [&](const char* topic) {
    const Outcome outcome = workshop.run({"help", topic});
    CHECK_MESSAGE(outcome.code == 0, outcome.err);
    return outcome.out.substr(0, outcome.out.find('\n'));
  };
  CHECK(first_line("method") == "# How ratchet decides");
  CHECK(first_line("formats") == "# The documents");
  CHECK(first_line("exit-codes") == "### Exit codes and verdicts");
  CHECK(first_line("modules") == "## Add a case");
  const std::string modules = workshop.run({"help", "modules"}).out;
  CHECK(contains(modules, "ratchet_add_module(mine mine.cu)"));
  CHECK_FALSE(contains(modules, "## Variants"));
  check_fault(workshop.run({"help", "verdcits"}), "verdcits");
  for (const ratchet::cli::Topic& topic : ratchet::cli::topics()) {
    CHECK(contains(workshop.run({"help"}).out, std::string("\n  ") + topic.name));
    CHECK(workshop.run({"help", topic.name}).code == 0);
  }
}

TEST_CASE("doctor: names what is not right and exits 2") {
  Workshop workshop;
  const Outcome fit = workshop.run({"doctor"});
  CHECK(fit.code == 0);
  CHECK(contains(fit.out, "modules can write no file, start no process and use no network"));
  workshop.bench.unconfined = {"modules can write files here: this kernel has no Landlock"};
  CHECK(contains(workshop.run({"doctor"}).out, "note  modules can write files here"));
  workshop.bench.unconfined.clear();
  REQUIRE(workshop.run({"run"}).code == 0);
  CHECK(nlohmann::json::parse(workshop.run({"doctor", "--json"}).out)["fit"] == true);
  std::ofstream(workshop.repository.path() / ".ratchet" / "ratchet.db", std::ios::trunc)
      << "not a database, but long enough to have a header";
  const Outcome outcome = workshop.run({"doctor"});
  CHECK(outcome.code == 2);
  CHECK(contains(outcome.out, "database"));
  std::filesystem::remove(workshop.repository.path() / "build" / "kernels.so");
  CHECK(contains(workshop.run({"doctor"}).out, "not built"));
}

TEST_CASE("db: a copy is a database of its own, and a name that is taken is refused") {
  Workshop workshop;
  REQUIRE(workshop.run({"record"}).code == 0);
  const std::string copy = workshop.repository.path() / "copies" / "monday.db";
  const Outcome outcome = workshop.run({"db", "backup", copy});
  CHECK_MESSAGE(outcome.code == 0, outcome.err);
  CHECK(contains(outcome.out, "monday.db: 1 run"));
  CHECK(workshop.run({"log", "--db", copy, "--json"}).out == workshop.run({"log", "--json"}).out);
  CHECK(contains(workshop.run({"doctor", "--full", "--db", copy}).out, "monday.db, sound in everything"));
  check_fault(workshop.run({"db", "backup", copy}), "exists already");
  check_fault(workshop.run({"db", "restore", copy}), "say `ratchet db backup FILE`");
}

TEST_CASE("db: of a damaged database doctor names the page, salvage says what is missing, and both exit 2") {
  Workshop workshop;
  REQUIRE(workshop.run({"record"}).code == 0);
  const auto file = workshop.repository.path() / ".ratchet" / "ratchet.db";
  const std::string whole = ratchet::documents::read_file(file);
  const std::size_t sample = whole.find("copy/x/n=1");  // in the page of the names of cases
  REQUIRE(sample != std::string::npos);
  std::fstream(file, std::ios::in | std::ios::out | std::ios::binary).seekp(static_cast<long>(sample)).put('C');
  const Outcome doctor = workshop.run({"doctor"});
  CHECK(doctor.code == 2);
  CHECK(contains(doctor.out, "the checksum of the page is wrong"));
  check_fault(workshop.run({"check"}), "the checksum of a page is wrong");
  const std::string saved = workshop.repository.path() / "saved.db";
  const Outcome salvaged = workshop.run({"db", "salvage", saved});
  CHECK(salvaged.code == 2);
  CHECK(contains(salvaged.out, "missing: run "));
  CHECK(workshop.run({"log", "--db", saved}).code == 0);
}

TEST_CASE("run: records each launch and prints the run") {
  Workshop workshop;
  const Outcome outcome = workshop.run({"run", "--launches", "3", "--json"});
  CHECK(outcome.code == 0);
  const auto run = nlohmann::json::parse(outcome.out);
  CHECK(run["format"] == "ratchet.run/1");
  CHECK(run["measurements"][0]["launches"].size() == 3);
  CHECK(nlohmann::json::parse(workshop.run({"log", "--json"}).out)["runs"].size() == 1);
}

TEST_CASE("compare: two runs by commit, by run and by file") {
  Workshop workshop;
  REQUIRE(workshop.run({"run"}).code == 0);
  workshop.build("copy/x/n=1 1000\ncopy/x/n=2 2400\n");
  workshop.repository.commit("slower");
  const Outcome second = workshop.run({"run", "--json"});
  CHECK(workshop.run({"compare", "HEAD~1", "HEAD"}).code == 1);
  workshop.repository.write("run.json", second.out);
  CHECK(workshop.run({"compare", "HEAD~1", "run.json"}).code == 1);
  const std::string uuid = nlohmann::json::parse(second.out)["uuid"];
  CHECK(contains(workshop.run({"compare", "HEAD~1", uuid.substr(0, 8)}).out, "regressed copy/x/n=2"));
  check_fault(workshop.run({"compare", "HEAD"}), "two runs");
  check_fault(workshop.run({"compare", "HEAD", "nothing-like-it"}), "nothing-like-it");
}

TEST_CASE("compare: runs of too few launches are inconclusive, and alone that is no pass") {
  Workshop workshop;
  REQUIRE(workshop.run({"run", "--launches", "2"}).code == 0);
  const Outcome outcome = workshop.run({"compare", "HEAD", "HEAD"});
  CHECK(outcome.code == 3);
  CHECK(contains(outcome.out, "at least 5 launches"));
}

TEST_CASE("compare: recorded sessions of the same commit that differ widen the test; run files have no history") {
  Workshop workshop;
  workshop.build("copy/x/n=1 1000\n");
  REQUIRE(workshop.run({"run"}).code == 0);
  workshop.build("copy/x/n=1 1040\n");
  workshop.repository.commit("slower");
  const Outcome slower = workshop.run({"run", "--json"});
  const Outcome by_default = workshop.run({"compare", "HEAD~1", "HEAD"});
  CHECK(by_default.code == 1);
  CHECK(contains(by_default.out, "no error rate is promised"));
  CHECK_FALSE(contains(by_default.out, "at most 0.1 %"));
  CHECK(contains(by_default.out, "sessions taken to differ by 0.25 % by default, 0 of 5 sessions known"));

  for (const char* time : {"1060", "1020", "1080", "1040"}) {  // the same commit on other days
    workshop.build(std::string("copy/x/n=1 ") + time + "\n");
    REQUIRE(workshop.run({"run"}).code == 0);
  }
  const Outcome known = workshop.run({"compare", "HEAD~1", "HEAD"});
  CHECK(known.code == 3);
  CHECK(contains(known.out, "from 5 sessions"));
  const auto document = nlohmann::json::parse(workshop.run({"compare", "HEAD~1", "HEAD", "--json"}).out);
  CHECK(document["cases"][0]["session_spread"]["sessions"] == 5);
  CHECK(document["cases"][0]["session_spread"]["sd"].get<double>() > 0.02);
  workshop.repository.write("run.json", slower.out);
  CHECK(workshop.run({"compare", "HEAD~1", "run.json"}).code == 1);
}

TEST_CASE("compare: when the sentinels moved with the case there is no verdict, and the reading is said") {
  Workshop workshop("copy/x/n=1 1000\n");
  auto before = nlohmann::json::parse(workshop.run({"run", "--json"}).out);
  workshop.build("copy/x/n=1 1200\n");
  auto after = nlohmann::json::parse(workshop.run({"run", "--json"}).out);
  const auto compare = [&](double copy_ns) {
    before["telemetry"] = after["telemetry"] = nlohmann::json::array();
    for (int i = 0; i < 5; ++i) {
      before["telemetry"].push_back({{"launch", i}, {"sentinel_ns", {{"copy", 8000 + i}, {"fma", 7000 + i}}}});
      after["telemetry"].push_back({{"launch", i}, {"sentinel_ns", {{"copy", copy_ns + i}, {"fma", 7000 + i}}}});
    }
    workshop.repository.write("before.json", before.dump());
    workshop.repository.write("after.json", after.dump());
    return workshop.run({"compare", "before.json", "after.json"});
  };
  CHECK(compare(8000).code == 1);
  const Outcome moved = compare(8248);
  CHECK(moved.code == 3);
  CHECK(contains(moved.out, "the machine changed between the runs: sentinel copy +3.1 %"));
  // Of the check, not of a case.
  const Outcome document = workshop.run({"compare", "before.json", "after.json", "--json"});
  CHECK(contains(nlohmann::json::parse(document.out)["reasons"][0], "sentinel copy +3.1 %"));
  CHECK_FALSE(contains(moved.out, "regressed"));
}

TEST_CASE("compare: a run or a duet of a device that throttled gives no verdict, with the reading") {
  Workshop workshop;
  REQUIRE(workshop.run({"run"}).code == 0);
  workshop.build("throttled\ncopy/x/n=1 1000\ncopy/x/n=2 2400\n");
  workshop.repository.commit("slower, on a hot device");
  REQUIRE(workshop.run({"run"}).code == 0);
  auto duet = nlohmann::json::parse(ratchet::documents::read_file(RATCHET_TEST_DATA "/h200/duet_1pct.json.gz"));
  duet["telemetry"] = {{{"launch", 0}, {"throttled_ns", {{"thermal", 5e6}}}}};
  workshop.repository.write("duet.json", duet.dump());
  for (const std::vector<std::string>& sides :
       {std::vector<std::string>{"HEAD~1", "HEAD"}, {"HEAD", "HEAD~1"}, {"--duet", "duet.json"}}) {
    const Outcome outcome = workshop.run({"compare", sides[0], sides[1]});
    CHECK(outcome.code == 3);
    CHECK(contains(outcome.out, "because of heat"));
    CHECK_FALSE(contains(outcome.out, "regressed copy"));
  }
}

TEST_CASE("compare: a duet file on stdout is one JSON object") {
  Workshop workshop;
  const Outcome outcome = workshop.run({"compare", "--duet", RATCHET_TEST_DATA "/h200/duet_1pct.json.gz", "--json"});
  CHECK(outcome.code == 1);
  const auto verdict = nlohmann::json::parse(outcome.out);
  CHECK(verdict["format"] == "ratchet.verdict/1");
  CHECK(verdict["exit_code"] == 1);
  CHECK(verdict["error_rates"]["alpha_check"] == 0.001);
  CHECK(verdict["census"]["expected"] == verdict["cases"].size());
}

TEST_CASE("compare: broken documents are refused by name") {
  Workshop workshop;
  const auto refused = [&](const std::string& text) {
    workshop.repository.write("broken.json", text);
    check_fault(workshop.run({"compare", "--duet", "broken.json"}), "broken.json");
  };
  refused("");
  refused("{\"format\":\"ratchet.duet/1\",\"cases\":[");
  refused(R"({"format":"ratchet.duet/2","cases":[]})");
  refused(R"({"format":"ratchet.duet/1","cases":[]})");
  refused(
      R"({"format":"ratchet.duet/1","cases":[{"case":"a/b/c","unit":"ns","launches":[{"baseline":[1,NaN],"candidate":[1,1]}]}]})");
  refused(
      R"({"format":"ratchet.duet/1","cases":[{"case":"a/b/c","unit":"ns","launches":[{"baseline":[1,2],"candidate":[1]}]}]})");
  check_fault(workshop.run({"compare", "--duet", "not-there.json"}), "not-there.json");
}

TEST_CASE("trend: shows runs in first-parent order, as table, JSON and CSV") {
  Workshop workshop;
  REQUIRE(workshop.run({"run"}).code == 0);
  workshop.build("copy/x/n=1 1500\ncopy/x/n=2 2000\n");
  workshop.repository.commit("second, \"quoted\"");
  REQUIRE(workshop.run({"run"}).code == 0);
  const auto trend = nlohmann::json::parse(workshop.run({"trend", "copy/x/n=1", "--json"}).out);
  REQUIRE(trend["series"][0]["points"].size() == 2);
  CHECK(trend["series"][0]["points"][0]["subject"] == "first");
  CHECK(trend["series"][0]["points"][1]["change_to_previous"].get<double>() > 0.4);
  CHECK(lines(workshop.run({"trend", "copy/*", "--csv"}).out) == 5);
  CHECK(contains(workshop.run({"trend", "copy/x/n=1"}).out, "+50."));
  check_fault(workshop.run({"trend", "copy/y/n=1"}), "did you mean \"copy/x/n=1\"");
}

TEST_CASE("baseline retire: takes a baseline back with a reason, audited, and the gate says so") {
  Workshop workshop;
  REQUIRE(workshop.run({"record"}).code == 0);
  check_fault(workshop.run({"baseline", "retire", "copy/x/n=1"}), "--reason");
  CHECK(workshop.run({"baseline", "retire", "copy/x/*", "--reason", "new machine"}).code == 0);
  CHECK(contains(workshop.run({"baseline", "log"}).out, "new machine"));
  CHECK(workshop.run({"check"}).code == 3);
  CHECK(workshop.run({"record"}).code == 0);
  CHECK(workshop.run({"check"}).code == 0);
}

TEST_CASE("stats: summarises numbers and refuses what is none") {
  Workshop workshop;
  workshop.repository.write("numbers", "3\n1\n2\n\n");
  const auto stats = nlohmann::json::parse(workshop.run({"stats", "numbers", "--json"}).out);
  CHECK(stats["n"] == 3);
  CHECK(stats["median"] == 2);
  CHECK(stats["ci"] == nlohmann::json::array({1, 3}));
  CHECK(stats["tick"] == 1);
  for (const char* bad : {"", "\n", "1\nx\n", "1\nnan\n", "inf\n", "1 2\n"}) {
    workshop.repository.write("numbers", bad);
    check_fault(workshop.run({"stats", "numbers"}), "numbers");
  }
}

TEST_CASE("config: an unknown key names the nearest known one") {
  Workshop workshop;
  workshop.repository.write("ratchet.json",
                            R"({"format":"ratchet.config/1","modules":["build/kernels.so"],"alhpa":0.01})");
  check_fault(workshop.run({"check"}), "alpha");
}

TEST_CASE("database: one that is newer, foreign or read-only is refused untouched") {
  Workshop workshop;
  REQUIRE(workshop.run({"record"}).code == 0);
  const std::string db = (workshop.repository.path() / ".ratchet" / "ratchet.db").string();
  SUBCASE("newer") {
    ratchet::db::Connection(db, ratchet::db::Mode::ReadWrite).execute("raise the version", "PRAGMA user_version = 256");
    check_fault(workshop.run({"log"}), "newer");
    check_fault(workshop.run({"check"}), "newer");
  }
  SUBCASE("foreign") {
    std::ofstream(db, std::ios::trunc) << "hello, this is certainly not a database file of ours at all, is it?";
    check_fault(workshop.run({"check"}), db);
  }
}
