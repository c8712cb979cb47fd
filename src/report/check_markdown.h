// A check as GitHub shows it: the job summary and the comment on a pull request. Names, reasons and commit subjects are
// other people's text and go where no reader finds Markdown, HTML, a mention or a reference in them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "ratchet/verdict.h"

namespace ratchet::report {

// What surrounds the check; all of it may be empty.
struct MarkdownFrame {
  std::string device;
  std::string candidate;  // sha
  std::string base;       // sha of the commit that it is compared with
  std::string note;       // one line of ours, such as why nothing is recorded
  std::string address;    // of the commit's checks, made safe by the caller
};

// At most `limit_bytes`. Rows come worst first; the first to go are those of unchanged cases, then what explains, then
// other rows, and it is said how many.
[[nodiscard]] std::string check_markdown(const CheckVerdict& check, const MarkdownFrame& frame,
                                         std::size_t limit_bytes);

// Whether anybody wants to be told: all cases held or identical is no news.
[[nodiscard]] bool is_news(const CheckVerdict& check);

// The cases, worst first.
[[nodiscard]] std::vector<const CaseVerdict*> worst_first(const CheckVerdict& check);

// The first 1500 bytes: a compiler's last words may be a page. Never cut inside of a character.
[[nodiscard]] std::string shortened(const std::string& text);

// As inline code that shows `text` to the letter, on one line.
[[nodiscard]] std::string markdown_code(const std::string& text);

}  // namespace ratchet::report
