#include "src/html/page.h"

#include "ratchet/error.h"
#include "src/html/page_text.h"

namespace ratchet::html {

bool has_page() { return !kPageBefore.empty(); }

void require_page() {
  if (!has_page())
    throw Error("this ratchet was built without the page: install nodejs and npm, then configure and build again");
}

std::string page_of(const documents::HistoryDocument& history) {
  require_page();
  std::string text(kPageBefore);
  text += documents::write(history);
  text += kPageAfter;
  return text;
}

}  // namespace ratchet::html
