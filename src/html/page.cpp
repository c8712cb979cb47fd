#include "src/html/page.h"

#include <string_view>

#include "ratchet/error.h"
#include "src/html/page_text.h"

namespace ratchet::html {

bool has_page() { return !kPageBefore.empty(); }

void require_page() {
  if (!has_page())
    throw Error("this ratchet was built without the page: install nodejs and npm, then configure and build again");
}

std::string page_policy() {
  require_page();
  constexpr std::string_view kBegin = R"(http-equiv="Content-Security-Policy" content=")";
  const std::size_t from = kPageBefore.find(kBegin);
  if (from == std::string_view::npos) throw Error("the page of this build has no policy; please report it");
  const std::string_view rest = kPageBefore.substr(from + kBegin.size());
  return std::string(rest.substr(0, rest.find('"')));
}

std::string page_of(const documents::HistoryDocument& history) {
  require_page();
  std::string text(kPageBefore);
  text += documents::write(history);
  text += kPageAfter;
  return text;
}

}  // namespace ratchet::html
