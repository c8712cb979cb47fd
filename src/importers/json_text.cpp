#include "src/importers/json_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "src/documents/time_text.h"

namespace ratchet::importers {

bool has_keys(std::string_view text, std::initializer_list<const char*> keys) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || (text[first] != '{' && text[first] != '[')) return false;
  return std::all_of(keys.begin(), keys.end(), [&](const char* key) {
    return text.find('"' + std::string(key) + '"') != std::string_view::npos;
  });
}

double unit_ns(const documents::Node& unit) {
  const std::string name = unit.text();
  if (name == "ns") return 1;
  if (name == "us") return 1e3;
  if (name == "ms") return 1e6;
  if (name == "s") return 1e9;
  unit.refuse("expected a unit of time (ns, us, ms or s), found \"" + name.substr(0, 40) +
              "\"; only times are imported");
}

double number_of(const documents::Node& value) {
  if (!value.is_text()) return value.number();
  const std::string text = value.text();
  double number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || stop != text.data() + text.size() || !std::isfinite(number))
    value.refuse("expected a finite number, found \"" + text.substr(0, 40) + "\"");
  return number;
}

std::string case_name(std::string name, const Parameters& parameters) {
  char separator = '/';
  for (const auto& [key, value] : parameters) {
    name += separator;
    name.append(key).append("=").append(value);
    separator = ',';
  }
  return name;
}

Parameters parameters_of(const documents::Node& object, const char* key) {
  Parameters parameters;
  const auto node = object.find(key);
  for (const std::string& name : node ? node->keys() : std::vector<std::string>{})
    parameters.emplace_back(name, node->at(name.c_str()).text());
  return parameters;
}

std::string time_or_empty(const std::string& time) { return documents::is_rfc3339(time) ? time : ""; }

std::string text_or_empty(const documents::Node& object, const char* key) {
  const auto node = object.find(key);
  return node ? node->text() : "";
}

}  // namespace ratchet::importers
