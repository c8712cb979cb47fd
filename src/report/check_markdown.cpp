#include "src/report/check_markdown.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "src/report/check_report.h"
#include "src/report/units.h"

namespace ratchet::report {
namespace {

// Rank of a verdict: what fails the gate, what leaves it open, what is good, what is as it was.
int rank(Verdict verdict) {
  constexpr std::array<Verdict, 10> kOrder{
      Verdict::Regressed, Verdict::Invalid,  Verdict::Missing, Verdict::NoBaseline, Verdict::Inconclusive,
      Verdict::Accepted,  Verdict::Improved, Verdict::New,     Verdict::Held,       Verdict::Identical};
  return static_cast<int>(std::find(kOrder.begin(), kOrder.end(), verdict) - kOrder.begin());
}

bool is_unchanged(const CaseVerdict& verdict) {
  return verdict.verdict == Verdict::Held || verdict.verdict == Verdict::Identical;
}

// Characters that turn the direction of text around make a name read as another one.
std::string without_overrides(std::string text) {
  constexpr std::array<std::string_view, 9> kOverrides{"\u202a", "\u202b", "\u202c", "\u202d", "\u202e",
                                                       "\u2066", "\u2067", "\u2068", "\u2069"};
  for (const std::string_view override : kOverrides) {
    for (std::size_t at = text.find(override); at != std::string::npos; at = text.find(override, at))
      text.replace(at, override.size(), "?");
  }
  return text;
}

// Inside of <pre> only HTML is read.
std::string preformatted(const std::string& text) {
  std::string safe;
  for (const char c : without_overrides(text)) {
    if (c == '&')
      safe += "&amp;";
    else if (c == '<')
      safe += "&lt;";
    else if (c == '>')
      safe += "&gt;";
    else
      safe += c;
  }
  return safe;
}

std::string outcome_line(const CheckVerdict& check) {
  switch (check.outcome) {
    case Outcome::Pass:
      return "## \u2705 Performance: pass\n\n";
    case Outcome::Regressed:
      return "## \u274c Performance: regressed\n\n";
    case Outcome::Fault:
      return "## \u274c Performance: fault\n\n";
    case Outcome::NoVerdict:
      return "## \u26a0\ufe0f Performance: no verdict\n\n";
  }
  return "";
}

// The reasons that fit into `room`.
std::string listed(const std::vector<std::string>& reasons, std::size_t room) {
  std::string text;
  for (std::size_t i = 0; i < reasons.size(); ++i) {
    const std::string line = "- " + markdown_code(shortened(reasons[i])) + "\n";
    if (text.size() + line.size() > room)
      return text + fmt::format("- {} not listed here\n", count(reasons.size() - i, "more reason"));
    text += line;
  }
  return text;
}

std::string head(const CheckVerdict& check, const MarkdownFrame& frame, std::size_t room) {
  std::string text;
  if (!check.cases.empty()) text += "**" + census(check) + "**";
  if (!frame.device.empty()) text += " on " + markdown_code(shortened(frame.device));
  if (!frame.candidate.empty()) text += ", commit " + markdown_code(frame.candidate.substr(0, 12));
  if (!frame.base.empty()) text += " on base " + markdown_code(frame.base.substr(0, 12));
  if (text.starts_with(", ")) text = text.substr(2);
  text = outcome_line(check) + text + (text.empty() ? "" : "\n\n");
  if (!frame.note.empty()) text += frame.note + "\n\n";
  text += listed(check.reasons, room);
  return text + (check.reasons.empty() ? "" : "\n");
}

std::string tail(const CheckVerdict& check, const MarkdownFrame& frame) {
  std::string text;
  const auto say = [&](const std::string& line) { text += "<sub>" + line + "</sub><br>\n"; };
  if (!check.cases.empty()) say(promise(check));
  if (check.calibrated) say(calibration_line(*check.calibrated));
  if (!check.uuid.empty()) say("recorded as verdict " + markdown_code(check.uuid));
  if (!text.empty()) text = "\n" + text;
  if (!frame.address.empty()) text += "\n[Checks of this commit](" + frame.address + ")\n";
  return text;
}

constexpr std::string_view kTableHead =
    "| case | baseline | candidate | change | 95 % interval | verdict |\n| :-- | --: | --: | --: | --: | :-- |\n";

std::string row(const CaseVerdict& verdict) {
  const auto side = [](const std::optional<SideSummary>& of) { return of ? time(of->median_ns) : "-"; };
  const bool plain = is_unchanged(verdict);
  const std::string word =
      to_string(verdict.verdict) +
      (verdict.handicap_percent > 0 ? fmt::format(" (planted +{:g} %)", verdict.handicap_percent) : "");
  return fmt::format("| {} | {} | {} | {} | {} | {} |\n", markdown_code(verdict.id), side(verdict.baseline),
                     side(verdict.candidate), verdict.change ? percent(*verdict.change) : "-",
                     verdict.change_ci ? interval(*verdict.change_ci) : "-", plain ? word : "**" + word + "**");
}

// Whole lines of `text`, as many as fit.
std::string fitting_lines(const std::string& text, std::size_t room) {
  if (text.size() <= room) return text;
  const std::size_t end = text.rfind('\n', room);
  return end == std::string::npos ? "" : text.substr(0, end + 1);
}

std::string details(const CheckVerdict& check, std::size_t room) {
  constexpr std::string_view kOpen = "\n<details><summary>Why</summary>\n\n<pre>\n";
  constexpr std::string_view kClose = "</pre>\n</details>\n";
  constexpr std::string_view kCut = "... (the job's summary or log has all of it)\n";
  const std::string why = preformatted(explanations(check, Paint(false)));
  const std::size_t frame = kOpen.size() + kClose.size() + kCut.size();
  if (why.empty() || room <= frame) return "";
  const std::string kept = fitting_lines(why, room - frame);
  if (kept.empty()) return "";
  return std::string(kOpen) + kept + (kept.size() < why.size() ? std::string(kCut) : "") + std::string(kClose);
}

}  // namespace

std::string shortened(const std::string& text) {
  constexpr std::size_t kLongest = 1500;
  if (text.size() <= kLongest) return text;
  std::size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
  return text.substr(0, end) + "...";
}

std::string markdown_code(const std::string& text) {
  std::string safe = "<code>";
  for (const char c : without_overrides(printable(text))) {
    // A character reference never opens a construct of Markdown; what remains means nothing in running text.
    constexpr std::string_view kPlain = "/=,-' ";
    const bool plain = static_cast<unsigned char>(c) >= 128 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                       (c >= 'A' && c <= 'Z') || kPlain.find(c) != std::string_view::npos;
    safe += plain ? std::string(1, c) : fmt::format("&#{};", static_cast<int>(c));
  }
  return safe + "</code>";
}

bool is_news(const CheckVerdict& check) {
  return check.outcome != Outcome::Pass || !std::all_of(check.cases.begin(), check.cases.end(), is_unchanged);
}

std::vector<const CaseVerdict*> worst_first(const CheckVerdict& check) {
  std::vector<const CaseVerdict*> order;
  for (const CaseVerdict& verdict : check.cases) order.push_back(&verdict);
  std::stable_sort(order.begin(), order.end(), [](const CaseVerdict* a, const CaseVerdict* b) {
    if (rank(a->verdict) != rank(b->verdict)) return rank(a->verdict) < rank(b->verdict);
    return a->change.value_or(0) > b->change.value_or(0);
  });
  return order;
}

std::string check_markdown(const CheckVerdict& check, const MarkdownFrame& frame, std::size_t limit_bytes) {
  constexpr std::size_t kNote = 100;  // of rows that were left out
  const std::string above = head(check, frame, limit_bytes / 4);
  const std::string below = tail(check, frame);
  std::size_t room = above.size() + below.size() + kTableHead.size() + kNote;
  room = limit_bytes > room ? limit_bytes - room : 0;
  const std::vector<const CaseVerdict*> order = worst_first(check);
  std::string rows;
  std::size_t shown = 0;
  const auto fill = [&](const auto& wanted) {
    for (; shown < order.size() && wanted(*order[shown]); ++shown) {
      const std::string next = row(*order[shown]);
      if (next.size() > room) return;
      rows += next;
      room -= next.size();
    }
  };
  fill([](const CaseVerdict& verdict) { return !is_unchanged(verdict); });
  const std::string why = details(check, room);
  room -= why.size();
  fill(is_unchanged);
  if (shown < order.size()) {
    const bool only_unchanged = std::all_of(order.begin() + static_cast<std::ptrdiff_t>(shown), order.end(),
                                            [](const CaseVerdict* of) { return is_unchanged(*of); });
    const std::size_t left = order.size() - shown;
    rows += fmt::format("\n{} {} not listed here.\n", count(left, only_unchanged ? "more unchanged case" : "more case"),
                        left == 1 ? "is" : "are");
  }
  return above + (order.empty() ? "" : std::string(kTableHead)) + rows + why + below;
}

}  // namespace ratchet::report
