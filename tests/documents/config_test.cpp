#include "src/repository/config.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "ratchet/policy.h"
#include "refusal.h"
#include "src/repository/spelling.h"
#include "temporary_folder.h"

using namespace ratchet;
using repository::Config;

namespace {

Config parse(const std::string& members) {
  return repository::parse_config(R"({"format":"ratchet.config/1")" + members + "}", "ratchet.json", "/repo");
}

double ratio(const Config& config, const std::string& case_id) {
  Policy policy;
  policy.tolerance = config.tolerance;
  return tolerance_of(policy, case_id, "cuda");
}

std::string config_refusal(const std::string& members) {
  return refusal([&] { (void)parse(members); });
}

void check_refused(const std::string& members, const std::vector<std::string>& parts) {
  const std::string message = config_refusal(members);
  CHECK_MESSAGE(contains(message, "ratchet.json: "), message);
  for (const std::string& part : parts) CHECK_MESSAGE(contains(message, part), message << " lacks: " << part);
}

}  // namespace

TEST_CASE("config: only the format is required; the rest has the documented defaults") {
  const Config config = parse("");
  CHECK(config.root == "/repo");
  CHECK(config.modules.empty());
  CHECK(config.build.empty());
  CHECK(config.tolerance.empty());
  CHECK(config.alpha == 0.001);
  CHECK(config.beta == 0.05);
  CHECK(config.min_launches == 2);
  CHECK(config.max_launches == 40);
  CHECK(config.run_launches == 5);
  CHECK(config.warmup == 20);
  CHECK(config.rounds == 101);
  CHECK(config.case_timeout_s == 60);
}

TEST_CASE("config: every key is read, comments and all") {
  const Config config = parse(R"(, // a comment
    "modules": ["build/a.so", "./build//b.so"], "build": "make", /* another */
    "tolerance_percent": {"*": 0.5, "attention/*": 1}, "alpha": 0.01, "beta": 0.1,
    "launches": {"min": 3, "max": 30, "run": 6}, "warmup": 0, "rounds": 3, "case_timeout_s": 1.5)");
  CHECK(config.modules == std::vector<std::string>{"build/a.so", "build/b.so"});
  CHECK(config.build == "make");
  CHECK(config.tolerance == std::vector<std::pair<std::string, double>>{{"*", 0.005}, {"attention/*", 0.01}});
  CHECK(config.alpha == 0.01);
  CHECK(config.beta == 0.1);
  CHECK(config.min_launches == 3);
  CHECK(config.max_launches == 30);
  CHECK(config.run_launches == 6);
  CHECK(config.warmup == 0);
  CHECK(config.rounds == 3);
  CHECK(config.case_timeout_s == 1.5);
}

TEST_CASE("config: an unknown key is refused with the nearest known one") {
  check_refused(R"(,"tolerence_percent":{})", {"\"tolerence_percent\"", "did you mean \"tolerance_percent\"?"});
  check_refused(R"(,"round":3)", {"did you mean \"rounds\"?"});
  check_refused(R"(,"launches":{"mix":3})", {"launches", "did you mean \"min\"?"});
  check_refused(R"(,"colour":"red")", {"the keys are format, modules, commands, build"});
}

TEST_CASE("config: a value out of range is refused with its key") {
  check_refused(R"(,"alpha":0)", {"alpha", "above 0.0 and up to 0.5", "found 0.0"});
  check_refused(R"(,"alpha":0.51)", {"alpha"});
  check_refused(R"(,"beta":-1)", {"beta"});
  check_refused(R"(,"beta":"low")", {"beta", "a finite number", "\"low\""});
  check_refused(R"(,"rounds":100)", {"rounds", "odd", "take 101"});
  check_refused(R"(,"rounds":1)", {"rounds", "3 to"});
  check_refused(R"(,"rounds":3.5)", {"rounds", "whole number"});
  check_refused(R"(,"warmup":-1)", {"warmup"});
  check_refused(R"(,"case_timeout_s":0)", {"case_timeout_s"});
  check_refused(R"(,"launches":{"min":1})", {"launches.min", "2 to 1000"});
  check_refused(R"(,"launches":{"min":5,"max":4})", {"launches", "max is 4", "min, which is 5"});
  check_refused(R"(,"launches":{"min":41})", {"max is 40", "min, which is 41"});
  check_refused(R"(,"launches":{"run":0})", {"launches.run"});
  check_refused(R"(,"tolerance_percent":{"*":0})", {"tolerance_percent.*", "above 0.0"});
  check_refused(R"(,"tolerance_percent":{"*":null})", {"\"*\" is missing"});
  check_refused(R"(,"tolerance_percent":{"*":1,"*":2})", {"tolerance_percent.*", "twice"});
}

TEST_CASE("config: modules are files inside the repository, each once") {
  for (const std::string bad : {"/abs/a.so", "../a.so", "a/../../b.so", "", ".", "build/"})
    check_refused(R"(,"modules":[")" + bad + "\"]", {"modules[0]", "inside the repository"});
  check_refused(R"(,"modules":[])", {"modules", "no module is listed"});
  check_refused(R"(,"modules":["a.so","./a.so"])", {"modules[1]", "twice"});
}

TEST_CASE("config: a command suite is read, its program among its files") {
  const Config config = parse(R"(,"commands":[{"name":"std","run":["./build//bench","-x"],"adapter":"google-benchmark"},
    {"name":"py.2","run":["python3","bench.py"],"adapter":"csv","files":["bench.py","data"],"output":"out.csv","device":"cuda","timeout_s":9}])");
  REQUIRE(config.commands.size() == 2);
  CHECK(config.commands[0].run == std::vector<std::string>{"./build/bench", "-x"});
  CHECK(config.commands[0].files == std::vector<std::string>{"build/bench"});
  CHECK(config.commands[0].output.empty());
  CHECK(config.commands[0].device == "cpu");
  CHECK(config.commands[0].timeout_s == 600);
  CHECK(config.commands[1].run[0] == "python3");
  CHECK(config.commands[1].files == std::vector<std::string>{"bench.py", "data"});
  CHECK(config.commands[1].output == "out.csv");
  CHECK(config.commands[1].device == "cuda");
  CHECK(config.commands[1].timeout_s == 9);
}

TEST_CASE("config: what is wrong with a command suite is refused with its key") {
  const auto refused = [](const std::string& members, const std::vector<std::string>& parts) {
    check_refused(R"(,"commands":[{"name":"a","run":["b/c"],"adapter":"csv")" + members + "}]", parts);
  };
  check_refused(R"(,"commands":[])", {"no command is listed"});
  check_refused(R"(,"commands":[{"run":["b/c"],"adapter":"csv"}])", {"\"name\" is missing"});
  check_refused(R"(,"commands":[{"name":"a/b","run":["b/c"],"adapter":"csv"}])", {"name", "letters, digits"});
  check_refused(R"(,"commands":[{"name":"a","run":[],"adapter":"csv"}])", {"run", "an empty list"});
  check_refused(R"(,"commands":[{"name":"a","run":["/bin/ls"],"adapter":"csv"}])", {"run[0]", "inside the repository"});
  check_refused(R"(,"commands":[{"name":"a","run":["../ls"],"adapter":"csv"}])", {"run[0]", "inside the repository"});
  check_refused(R"(,"commands":[{"name":"a","run":["python3","x.py"],"adapter":"csv"}])", {"nothing here is of this repository"});
  check_refused(R"(,"commands":[{"name":"a","run":["b/c"],"adapter":"cvs"}])", {"adapter", "there are", "csv"});
  refused(R"(,"adapter_":1)", {"did you mean \"adapter\"?"});
  refused(R"(,"files":["/etc"])", {"files[0]", "inside the repository"});
  refused(R"(,"output":"../x")", {"output", "inside the repository"});
  refused(R"(,"device":"tpu")", {"device", "\"cpu\" or \"cuda\""});
  refused(R"(,"timeout_s":0)", {"timeout_s", "above 0"});
  refused(R"(},{"name":"a","run":["d/e"],"adapter":"csv")", {"commands[1].name", "given twice"});
}

TEST_CASE("config: another format and text that is no JSON are refused") {
  const auto message = [](const std::string& text) {
    return refusal([&] { (void)repository::parse_config(text, "ratchet.json", "/repo"); });
  };
  CHECK(contains(message(R"({"format":"ratchet.config/2"})"),
                 "expected \"ratchet.config/1\", found \"ratchet.config/2\""));
  CHECK(contains(message("{}"), "\"format\" is missing"));
  CHECK(contains(message("{"), "not valid JSON"));
  CHECK(contains(message("[]"), "expected an object"));
}

TEST_CASE("config: the last matching tolerance counts, in the file's order") {
  const Config config = parse(R"(,"tolerance_percent":{"z*/*":4,"*":1,"copy/*":2,"copy/wide/*":3})");
  CHECK(ratio(config, "gemm/tiled/n=1") == 0.01);
  CHECK(ratio(config, "copy/plain/n=1") == 0.02);
  CHECK(ratio(config, "copy/wide/n=1,m=2") == 0.03);
  CHECK(ratio(config, "zip/x/n=1") == 0.01);
  CHECK(ratio(parse(R"(,"tolerance_percent":{"copy/*":2})"), "gemm/x/n=1") == Policy().cuda_tolerance);
}

TEST_CASE("config: the template for init parses, and says the defaults") {
  for (const auto& modules : {std::vector<std::string>{}, {"build/a.so"}, {"build/a.so", "odd \"name\".so"}}) {
    const Config config = repository::parse_config(repository::commented_template(modules, "make \"all\""), "template", "/repo");
    CHECK(config.modules == modules);
    CHECK(config.build == "make \"all\"");
    CHECK(config.alpha == Config{}.alpha);
    CHECK(config.beta == Config{}.beta);
    CHECK(config.min_launches == Config{}.min_launches);
    CHECK(config.max_launches == Config{}.max_launches);
    CHECK(config.run_launches == Config{}.run_launches);
    CHECK(config.warmup == Config{}.warmup);
    CHECK(config.rounds == Config{}.rounds);
    CHECK(config.case_timeout_s == Config{}.case_timeout_s);
  }
}

TEST_CASE("config: the file is found in this folder or a parent, but not beyond the repository") {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "repo/.git");
  std::filesystem::create_directories(folder / "repo/a/b");
  std::ofstream(folder / "ratchet.json") << "{}";
  CHECK(!repository::find_config(folder / "repo/a/b"));
  std::ofstream(folder / "repo/ratchet.json") << R"({"format":"ratchet.config/1"})";
  REQUIRE(repository::find_config(folder / "repo/a/b"));
  CHECK(*repository::find_config(folder / "repo/a/b") == folder / "repo/ratchet.json");
  CHECK(repository::read_config(folder / "repo/ratchet.json").root == folder / "repo");
  std::ofstream(folder / "repo/a/ratchet.json") << "{}";
  CHECK(*repository::find_config(folder / "repo/a/b") == folder / "repo/a/ratchet.json");
}

TEST_CASE("spelling: the edit distance counts single changes") {
  CHECK(repository::edit_distance("", "") == 0);
  CHECK(repository::edit_distance("abc", "") == 3);
  CHECK(repository::edit_distance("", "abc") == 3);
  CHECK(repository::edit_distance("kitten", "sitting") == 3);
  CHECK(repository::edit_distance("alpha", "alpah") == 2);
  CHECK(repository::edit_distance("flaw", "lawn") == 2);
}

TEST_CASE("spelling: only a close word is proposed") {
  const std::vector<std::string> words = {"alpha", "beta", "rounds"};
  CHECK(repository::nearest("alhpa", words) == "alpha");
  CHECK(repository::nearest("Beta", words) == "beta");
  CHECK(repository::nearest("colour", words).empty());
  CHECK(repository::nearest("x", words).empty());
  CHECK(repository::nearest("beta", {}).empty());
}
