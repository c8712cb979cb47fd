#include "src/serve/query.h"

#include <algorithm>
#include <charconv>

namespace ratchet::serve {

Query::Query(const Fields& given, std::span<const std::string_view> known) {
  for (const auto& [name, value] : given) {
    if (name.size() > kMaxText || value.size() > kMaxText)
      throw BadRequest("a parameter is longer than " + std::to_string(kMaxText) + " bytes");
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      std::string list;
      for (const std::string_view one : known) list += (list.empty() ? "" : ", ") + std::string(one);
      throw BadRequest("there is no parameter \"" + name + "\" here; " +
                       (list.empty() ? "there are none" : "there are: " + list));
    }
    if (value.find('\0') != std::string::npos) throw BadRequest("the parameter \"" + name + "\" holds a zero byte");
    if (!values_.emplace(name, value).second) throw BadRequest("the parameter \"" + name + "\" is given twice");
  }
}

std::string Query::text(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? "" : found->second;
}

std::string Query::required(std::string_view name) const {
  std::string value = text(name);
  if (value.empty()) throw BadRequest("the parameter \"" + std::string(name) + "\" is missing");
  return value;
}

std::uint64_t Query::count(std::string_view name, std::uint64_t otherwise, std::uint64_t most) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return otherwise;
  const std::string& text = found->second;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value == 0 || value > most)
    throw BadRequest("the parameter \"" + std::string(name) + "\" takes a number from 1 to " + std::to_string(most) +
                     ", not \"" + text + "\"");
  return value;
}

bool Query::flag(std::string_view name) const {
  const std::string value = text(name);
  if (!value.empty() && value != "0" && value != "1")
    throw BadRequest("the parameter \"" + std::string(name) + "\" takes 0 or 1, not \"" + value + "\"");
  return value == "1";
}

}  // namespace ratchet::serve
