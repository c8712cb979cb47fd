// What a merge or an export of databases did.
#pragma once

#include <string>

#include "db/merge.h"

namespace ratchet::report {

[[nodiscard]] std::string merged_text(const db::Merged& merged);
[[nodiscard]] std::string merged_json(const db::Merged& merged);  // "ratchet.merge/1"

}  // namespace ratchet::report
