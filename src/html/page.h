// The page of the history: one file without a network, in which the document stands as data and never as code. Its
// script and style are in src/html/page/, put together when the program is built; the hash of each is in the page's
// Content-Security-Policy, so that nothing else can run in it whatever a commit, case or reason is called.
#pragma once

#include <string>

#include "src/documents/history_document.h"

namespace ratchet::html {

// Whether this program has the page; not when it was built without npm, from which uPlot comes.
[[nodiscard]] bool has_page();
void require_page();  // Error that says what to install

// The policy that stands in the page, for the header of a server that sends it. Error without a page.
[[nodiscard]] std::string page_policy();

// The file. Error without a page.
[[nodiscard]] std::string page_of(const documents::HistoryDocument& history);

}  // namespace ratchet::html
