#include "src/github/workflow.h"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <sstream>

#include "refusal.h"
#include "temporary_folder.h"

using namespace ratchet;

namespace {

std::string contents(const std::filesystem::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

TEST_CASE("annotation: properties and message are escaped as the runner reads them back") {
  CHECK(github::command({github::Level::Error, "a,b:c.cu", 7, "50 %", "one\r\ntwo: 3, 100 %"}) ==
        "::error file=a%2Cb%3Ac.cu,line=7,title=50 %25::one%0D%0Atwo: 3, 100 %25");
  CHECK(github::command({github::Level::Warning, "", 9, "", "::error::x"}) == "::warning::::error::x");
}

TEST_CASE("disarm: no line of the log is a command") {
  CHECK(github::disarm("::error::x\n  ::set-output::y\ncopy::z") == "'::error::x\n  '::set-output::y\ncopy::z");
  CHECK(github::disarm("a ##[add-mask]b") == "a ## [add-mask]b");
  CHECK(github::disarm("\u00a0::error::x") == "\u00a0'::error::x");
  CHECK(github::disarm("plain # text: a\n") == "plain # text: a\n");
}

TEST_CASE("outputs: are appended, and a value of two lines cannot add a third output") {
  const TemporaryFolder folder;
  std::ofstream(folder / "out") << "before=1\n";
  github::append_outputs(folder / "out", {{"outcome", "pass"}, {"exit-code", "0"}});
  CHECK(contents(folder / "out") == "before=1\noutcome=pass\nexit-code=0\n");
  CHECK(contains(refusal([&] { github::append_outputs(folder / "out", {{"a", "1\noutcome=pass"}}); }), "not one line"));
  CHECK(contains(refusal([&] { github::append_outputs("/nowhere/out", {{"a", "1"}}); }), "/nowhere/out"));
}

TEST_CASE("summary: is appended to, and what is there already counts against the limit") {
  const TemporaryFolder folder;
  CHECK(github::room_in_summary(folder / "none") > 1'000'000);
  std::ofstream(folder / "summary") << std::string(1'000'000, 'x');
  CHECK(github::room_in_summary(folder / "summary") < 50'000);
  github::append_summary(folder / "summary", "more");
  CHECK(contents(folder / "summary").size() == 1'000'004);
  std::ofstream(folder / "summary") << std::string(2'000'000, 'x');
  CHECK(github::room_in_summary(folder / "summary") == 0);
}

TEST_CASE("commands: none is obeyed between the token and its return") {
  std::ostringstream log;
  {
    const github::CommandsStopped stopped(log, "7f3a");
    log << "::error::x\n";
  }
  CHECK(log.str() == "::stop-commands::7f3a\n::error::x\n\n::7f3a::\n");
}
