// A read-only view of one JSON value that knows where it stands, so that every refusal names the file, the JSON path
// and, inside a case, the case. Nothing of nlohmann's leaves this header as an exception: all faults are
// ratchet::Error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ratchet::documents {

using Json = nlohmann::ordered_json;

enum class Comments { Refused, Allowed };

// Parses one whole JSON text. Refuses, naming the place: syntax errors, trailing text, numbers beyond double, a key
// given twice, nesting deeper than 64, more values than allowed, and objects of more than 1000 members.
inline constexpr std::size_t kMaxValues = 10'000'000;  // 200 cases x 40 launches x 2 x 101 rounds are 1.6 million
[[nodiscard]] Json parse(std::string_view text, std::string_view file, Comments comments = Comments::Refused,
                         std::size_t max_values = kMaxValues);

// Views `value` and `file`, which must outlive it; copies are cheap. The typed readers throw Error for another type.
class Node {
 public:
  Node(const Json& value, std::string_view file) : value_(&value), file_(file) {}

  [[nodiscard]] Node at(const char* key) const;                   // a required member
  [[nodiscard]] std::optional<Node> find(const char* key) const;  // absent or null: none
  [[nodiscard]] std::vector<std::string> keys() const;            // of an object, in the file's order
  [[nodiscard]] std::size_t size() const;                         // of a list
  [[nodiscard]] Node item(std::size_t index) const;               // of a list

  [[nodiscard]] std::string text() const;
  [[nodiscard]] double number() const;        // finite
  [[nodiscard]] std::uint64_t count() const;  // a whole number from 0, also when written as 12.0
  [[nodiscard]] bool flag() const;
  [[nodiscard]] bool is_null() const { return value_->is_null(); }  // of a list's element; a member that is null is absent
  [[nodiscard]] bool is_text() const { return value_->is_string(); }
  [[nodiscard]] std::vector<double> times_ns(double unit_ns) const;  // a list of times above zero, in that unit

  // The same view, and all views made from it, with the case's name in messages.
  [[nodiscard]] Node about(std::string subject) const;
  [[noreturn]] void refuse(const std::string& why) const;

 private:
  [[noreturn]] void refuse_type(const std::string& wanted) const;
  [[nodiscard]] Node child(const Json& value, std::string path) const;

  const Json* value_;
  std::string_view file_;
  std::string path_;
  std::string subject_;
};

}  // namespace ratchet::documents
