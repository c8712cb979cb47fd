// The page around its document, as page/assemble.mjs put it together; both empty in a build without npm (no_page.cpp).
#pragma once

#include <string_view>

namespace ratchet::html {

extern const std::string_view kPageBefore;
extern const std::string_view kPageAfter;

}  // namespace ratchet::html
