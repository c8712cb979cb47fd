// What the adapters of JSON formats share.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/documents/node.h"

namespace ratchet::importers {

// Whether the text begins as JSON does and holds each of these keys somewhere: enough to tell the formats apart, and as
// fast as a search.
[[nodiscard]] bool has_keys(std::string_view text, std::initializer_list<const char*> keys);

// ns in one of the producer's units "ns", "us", "ms" or "s".
[[nodiscard]] double unit_ns(const documents::Node& unit);

// A number, also one that is written as a string, as some producers do with 64-bit ones; finite. Error for others.
[[nodiscard]] double number_of(const documents::Node& value);

// "name/key=value,key=value", as our own cases are called.
using Parameters = std::vector<std::pair<std::string, std::string>>;
[[nodiscard]] std::string case_name(std::string name, const Parameters& parameters);
// The members of an object of strings; none when absent.
[[nodiscard]] Parameters parameters_of(const documents::Node& object, const char* key);

// The time, or "" where it is none that our documents know: then nobody knows when it was.
[[nodiscard]] std::string time_or_empty(const std::string& time);

// "" when absent; Error for another type.
[[nodiscard]] std::string text_or_empty(const documents::Node& object, const char* key);

}  // namespace ratchet::importers
