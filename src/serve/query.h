// The parameters of a request. Everything in them is a stranger's: what is not known, stands twice or is no value of
// its kind is refused in words, because a misspelt limit that is ignored looks like an answer.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "ratchet/error.h"
#include "src/serve/http.h"

namespace ratchet::serve {

class BadRequest : public Error {
  using Error::Error;
};

// Longer names are nobody's, and looking for similar ones costs time.
inline constexpr std::size_t kMaxText = 500;

// All throw BadRequest.
class Query {
 public:
  Query(const Fields& given, std::span<const std::string_view> known);

  [[nodiscard]] std::string text(std::string_view name) const;  // "" when not given
  [[nodiscard]] std::string required(std::string_view name) const;
  [[nodiscard]] std::uint64_t count(std::string_view name, std::uint64_t otherwise,
                                    std::uint64_t most) const;  // from 1
  [[nodiscard]] bool flag(std::string_view name) const;         // 1, or 0 as when not given

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace ratchet::serve
