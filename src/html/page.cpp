#include "src/html/page.h"

#include "ratchet/error.h"
#include "src/html/page_text.h"

namespace ratchet::html {

bool has_page() { return !kPageBefore.empty(); }

std::string page_of(const documents::HistoryDocument& history) {
  if (!has_page())
    throw Error(
        "this ratchet was built without the HTML report: install nodejs and npm, then configure and build again");
  std::string text(kPageBefore);
  text += documents::write(history);
  text += kPageAfter;
  return text;
}

}  // namespace ratchet::html
