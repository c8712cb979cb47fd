// Texts of the repository that are part of the program: its documents and the template of a module. They are put in by
// the build (embed.cmake), so that neither is ever copied by hand.
#pragma once

#include <string>
#include <string_view>

namespace ratchet::cli {

// By the name that CMakeLists.txt gives it; Error when there is none.
[[nodiscard]] std::string_view embedded(std::string_view name);

}  // namespace ratchet::cli
