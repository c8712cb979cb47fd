#include "src/report/check_markdown.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "ratchet/gate.h"

using namespace ratchet;
using report::check_markdown;
using report::MarkdownFrame;

namespace {

constexpr std::size_t kRoomy = 60000;

CaseVerdict measured(const std::string& id, Verdict word, double change) {
  CaseVerdict verdict;
  verdict.id = id;
  verdict.verdict = word;
  verdict.method = Method::Duet;
  verdict.change = change;
  verdict.change_ci = Interval{change - 0.0004, change + 0.0004};
  verdict.baseline = SideSummary{"b", 1000, {999, 1001}, 3, 303, 0};
  verdict.candidate = SideSummary{"c", 1000 * (1 + change), {999, 1001}, 3, 303, 0};
  verdict.tolerance = 0.005;
  verdict.mde = 0.005;
  return verdict;
}

CaseVerdict settled(const std::string& id, Verdict word, const std::string& reason) {
  CaseVerdict verdict;
  verdict.id = id;
  verdict.verdict = word;
  if (!reason.empty()) verdict.reasons.push_back(reason);
  return verdict;
}

CheckVerdict check_of(std::vector<CaseVerdict> cases, bool strict = false) {
  Policy policy;
  policy.strict = strict;
  CheckVerdict check = conclude(std::move(cases), policy, {Purpose::Check, 1.5});
  return check;
}

MarkdownFrame frame() {
  return {"NVIDIA L4", "0123456789abcdef0123456789abcdef01234567", "fedcba9876543210fedcba9876543210fedcba98", "", ""};
}

// Each file is reviewed: it is what people see.
void check_golden(const std::string& name, const std::string& text) {
  const std::string path = std::string(RATCHET_TEST_DATA "/markdown/") + name + ".md";
  std::ifstream file(path);
  const std::string reviewed{std::istreambuf_iterator<char>(file), {}};
  const std::string got = std::filesystem::temp_directory_path() / ("ratchet-" + name + ".md");
  if (text != reviewed) std::ofstream(got) << text;
  CHECK_MESSAGE(text == reviewed, "review " << got << " and copy it to " << path);
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

}  // namespace

TEST_CASE("markdown: every outcome reads as reviewed") {
  check_golden("pass", check_markdown(check_of({measured("copy/x/n=1", Verdict::Held, 0.0004),
                                                settled("copy/x/n=2", Verdict::Identical, "")}),
                                      frame(), kRoomy));
  check_golden("improved", check_markdown(check_of({measured("copy/x/n=1", Verdict::Held, 0.0004),
                                                    measured("copy/x/n=2", Verdict::Improved, -0.1)}),
                                          frame(), kRoomy));
  check_golden("regressed", check_markdown(check_of({measured("copy/x/n=1", Verdict::Held, 0.0004),
                                                     measured("copy/x/n=2", Verdict::Regressed, 0.02),
                                                     measured("copy/x/n=3", Verdict::Regressed, 0.1)}),
                                           frame(), kRoomy));
  CaseVerdict accepted = measured("copy/x/n=1", Verdict::Regressed, 0.02);
  apply({true, "safer (Ann <ann@example.org>)"}, accepted);
  check_golden("accepted", check_markdown(check_of({accepted}), frame(), kRoomy));
  check_golden(
      "no_verdict",
      check_markdown(check_of({settled("copy/x/n=1", Verdict::NoBaseline, "no baseline on this device model")}),
                     frame(), kRoomy));
  check_golden("inconclusive",
               check_markdown(check_of({measured("copy/x/n=1", Verdict::Inconclusive, 0.003)}, true), frame(), kRoomy));
  check_golden("invalid", check_markdown(check_of({settled("copy/x/n=1", Verdict::Invalid, "its answer is wrong")}),
                                         frame(), kRoomy));
  MarkdownFrame addressed = frame();
  addressed.note = "A fork's results are shown and not recorded.";
  addressed.address = "https://github.com/ann/kernels/commit/0123/checks";
  check_golden("addressed",
               check_markdown(check_of({measured("copy/x/n=1", Verdict::Held, 0.0004)}), addressed, kRoomy));
  CheckVerdict fault;
  fault.outcome = Outcome::Fault;
  fault.reasons = {"building the candidate with \"make\" exited with status 2: error: <b>no</b> `such` file"};
  check_golden("fault", check_markdown(fault, {}, kRoomy));
  CheckVerdict aborted;
  aborted.reasons = {"aborted: stopped by SIGTERM"};
  check_golden("aborted", check_markdown(aborted, {}, kRoomy));
}

TEST_CASE("markdown: other people's text is shown to the letter and does nothing") {
  const std::string name = "copy/<img src=x onerror=alert(1)>/`|*_[a](http://evil)_*@ann #1 ~~x~~ $x$ \\";
  CheckVerdict check = check_of({measured(name, Verdict::Regressed, 0.1)});
  check.cases[0].reasons = {"</pre></details><script>alert(1)</script>\n## not a heading\u202e"};
  check.reasons = {"::error::x\n| a | b |\n@ann <!-- ratchet:ratchet -->"};
  const std::string text = check_markdown(check, frame(), kRoomy);
  check_golden("hostile", text);
  CHECK(count(text, "<img") == 0);
  CHECK(count(text, "<script") == 0);
  CHECK(count(text, "<!--") == 0);
  CHECK(count(text.substr(0, text.find("<pre>")), "](http") == 0);  // inside of it only HTML is read
  CHECK(count(text, "\n## ") == 0);
  CHECK(count(text, "\u202e") == 0);
  CHECK(count(text, "</pre>") == 1);
}

TEST_CASE("markdown: what does not fit goes, unchanged cases first, and it is said") {
  std::vector<CaseVerdict> cases;
  for (int i = 0; i < 1000; ++i) cases.push_back(measured("copy/held/n=" + std::to_string(i), Verdict::Held, 0));
  for (int i = 0; i < 20; ++i) cases.push_back(measured("copy/slow/n=" + std::to_string(i), Verdict::Regressed, 0.1));
  const CheckVerdict check = check_of(cases);
  CHECK(check_markdown(check, frame(), 10'000'000).size() > 65536);

  const std::string comment = check_markdown(check, frame(), 65000);
  CHECK(comment.size() <= 65000);
  CHECK(comment.size() > 60000);
  CHECK(count(comment, "<code>copy/slow/") == 20);
  CHECK(comment.find("more unchanged cases are not listed here") != std::string::npos);

  const std::string small = check_markdown(check, frame(), 2000);
  CHECK(small.size() <= 2000);
  CHECK(count(small, "<code>copy/held/") == 0);
  CHECK(small.find("1020 cases") != std::string::npos);
  CHECK(small.find("not listed here") != std::string::npos);
}

TEST_CASE("markdown: reasons and a device's name without end do not make the text too long") {
  CheckVerdict fault;
  fault.outcome = Outcome::Fault;
  fault.reasons = std::vector<std::string>(70'000, std::string(2000, '<'));
  MarkdownFrame endless = frame();
  endless.device = std::string(1'000'000, '|');
  const std::string text = check_markdown(fault, endless, 65000);
  CHECK(text.size() <= 65000);
  CHECK(text.find("more reasons not listed here") != std::string::npos);
}

TEST_CASE("markdown: only what is unchanged is no news") {
  CHECK_FALSE(report::is_news(check_of({measured("copy/x/n=1", Verdict::Held, 0)})));
  CHECK_FALSE(report::is_news(check_of({settled("copy/x/n=1", Verdict::Identical, "")})));
  CHECK(report::is_news(check_of({measured("copy/x/n=1", Verdict::Improved, -0.1)})));
  CHECK(report::is_news(check_of({settled("a/b/c=1", Verdict::New, "")})));
  CHECK(report::is_news(CheckVerdict{}));
}
