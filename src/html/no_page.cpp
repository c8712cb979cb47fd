#include "src/html/page_text.h"

namespace ratchet::html {

const std::string_view kPageBefore;
const std::string_view kPageAfter;

}  // namespace ratchet::html
