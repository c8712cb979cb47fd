// Every command that the README shows is run: here, over a measuring host without a clock, or by the test that is named
// below. A command that nobody runs is a claim that nobody checks.
#include <doctest/doctest.h>

#include <fstream>
#include <map>

#include "src/html/page.h"
#include "workshop.h"

namespace {

// Where a command is run instead, or why it is not.
const std::map<std::string, std::string> kElsewhere{
    {"$ ratchet check --case '*/tiled/*dtype=fp16*' --case '*/vectorized/*' --handicap '*=1'", "on a GPU; dated"},
    {"scripts/demo.sh", "by hand: it measures for minutes what scripts/test.sh tests"},
    {"scripts/test.sh", "by CI"},
    {"ratchet init --module my_kernels", "tests/sdk"},
    {"cmake -B build && cmake --build build", "tests/sdk"},
    {"git add -A && git commit -m 'Add a module of benchmarks'", "tests/sdk"},
    {"ratchet check --base origin/main", "gate_test.cpp: it builds that revision"},
    {"ratchet calibrate", "calibrate_test.cpp: it goes on for its budget of time"},
    {"ratchet tune OP/IMPLEMENTATION", "tune_test.cpp: it takes a module of variants"},
    {"ratchet serve", "serve_test.cpp: it goes on until it is stopped"},
    {"ratchet import FILE... --commit REV", "import_test.cpp: it takes a file of another tool"},
    {"ratchet db backup FILE", "commands_test.cpp: it takes a new file"},
    {"ratchet export --bundle FILE", "merge_test.cpp: it takes a new file"},
    {"ratchet ci", "tests/github: it takes the environment of a job"}};

const std::map<std::string, std::string> kValues{{"TOPIC", "method"},    {"NAME", "csv"},
                                                 {"CASE", "copy/x/n=1"}, {"TEXT", "because"},
                                                 {"BASE", "HEAD~1"},     {"CANDIDATE", "HEAD"},
                                                 {"RUN", "HEAD"},        {"[RUN]", "HEAD"},
                                                 {"FILE", "page.html"},  {"N", "1000000"},
                                                 {"PRICE", "0.8 EUR"},   {"EXPECTED", "expected.json"},
                                                 {"[GLOB", "copy/*"},    {"...]", ""}};

// What stands in the README's blocks of code as something to type.
std::vector<std::string> shown_commands() {
  std::ifstream file(RATCHET_TEST_DATA "/../../README.md");
  std::vector<std::string> list;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("    ")) continue;
    std::string command = line.substr(4, line.find(" #") == std::string::npos ? line.npos : line.find(" #") - 4);
    while (command.ends_with(' ')) command.pop_back();
    for (const char* begin : {"ratchet ", "$ ", "scripts/", "cmake ", "git "}) {
      if (command.starts_with(begin) && command.find("   ") == std::string::npos) list.push_back(command);
    }
  }
  return list;
}

std::vector<std::string> arguments_of(const std::string& command) {
  std::istringstream words(command.substr(command.find(' ')));
  std::vector<std::string> arguments;
  for (std::string word; words >> word;) {
    const auto value = kValues.find(word);
    if (value == kValues.end()) {
      arguments.push_back(word);
    } else if (!value->second.empty()) {
      arguments.push_back(value->second);
    }
  }
  return arguments;
}

}  // namespace

TEST_CASE("README: every command that it shows runs") {
  Workshop workshop("copy/x/n=1 1000\ncopy/y/n=1 2000\n");
  REQUIRE(workshop.run({"record"}).code == 0);
  workshop.build("copy/x/n=1 1000\ncopy/y/n=1 2400\n");
  workshop.repository.write("expected.json", R"({"format":"ratchet.expected/1","title":"ours",
    "device":{"kind":"cpu","name":"fake"},"cases":[{"case":"copy/x/n=1","time":1,"unit":"us","tolerance":0.1}]})");
  workshop.repository.commit("slower");
  REQUIRE(workshop.run({"record"}).code == 1);
  std::map<std::string, std::string> elsewhere = kElsewhere;
  std::size_t run = 0;
  for (const std::string& command : shown_commands()) {
    if (kElsewhere.contains(command)) {
      elsewhere.erase(command);
      continue;
    }
    CAPTURE(command);
    REQUIRE(command.starts_with("ratchet "));
    if (command == "ratchet init") std::filesystem::remove(workshop.repository.path() / "ratchet.json");
    const Outcome outcome = workshop.run(arguments_of(command));
    if (command == "ratchet init") workshop.repository.git({"checkout", "--quiet", "ratchet.json"});
    CHECK_MESSAGE((outcome.code != 2 || (contains(command, "--html") && !ratchet::html::has_page())), outcome.err);
    ++run;
  }
  CHECK(run >= 15);
  for (const auto& [command, where] : elsewhere) FAIL_CHECK("the README no longer shows " << command);
}
