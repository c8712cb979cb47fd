// Texts in, readings out, as the tests of the adapters want them.
#pragma once

#include <string>

#include "ratchet/error.h"
#include "src/importers/adapter.h"

namespace ratchet::importers {

inline Reading reading_of(const std::string& adapter, const std::string& text, Companion companion = {}) {
  return read(adapter_named(adapter), {text, "file", "title", std::move(companion)});
}

// The message of the refusal; "" when it was read.
inline std::string refusal(const std::string& adapter, const std::string& text, Companion companion = {}) {
  try {
    (void)reading_of(adapter, text, std::move(companion));
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

inline std::string adapter_of(const std::string& text) { return adapter_for({text, "file", "title", {}}).name; }

inline bool says(const std::string& message, const char* part) { return message.find(part) != std::string::npos; }

}  // namespace ratchet::importers
