// "ratchet.expected/1", a table of expected times that ships with what it is of, and "ratchet.verification/1", what
// came of holding a run against it.
#pragma once

#include <string>
#include <string_view>

#include "ratchet/expected.h"

namespace ratchet::documents {

// Everything is required; Error as for the other documents, and for a tolerance that is not above 0 and below 1.
[[nodiscard]] ExpectedTable read_expected(std::string_view text, std::string_view name);
[[nodiscard]] std::string write(const Verification& verification);

}  // namespace ratchet::documents
