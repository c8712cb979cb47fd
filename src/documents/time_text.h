// Times as all documents write them.
#pragma once

#include <string>

namespace ratchet::documents {

// Whether it has the shape of an RFC 3339 time with a zone, such as 2026-11-22T10:00:00.5+01:00.
[[nodiscard]] bool is_rfc3339(std::string time);

}  // namespace ratchet::documents
