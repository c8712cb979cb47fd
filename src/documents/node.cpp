#include "src/documents/node.h"

#include <cmath>

#include "ratchet/error.h"

namespace ratchet::documents {
namespace {

// Enough of a value to recognise it in a message.
std::string excerpt(const Json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list";
  constexpr std::size_t kMaxLength = 60;
  std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
  if (text.size() > kMaxLength) text = text.substr(0, kMaxLength) + "...";
  return text;
}

}  // namespace

Node Node::child(const Json& value, std::string path) const {
  Node node(value, file_);
  node.path_ = std::move(path);
  node.subject_ = subject_;
  return node;
}

std::optional<Node> Node::find(const char* key) const {
  if (!value_->is_object()) refuse_type("an object");
  const auto member = value_->find(key);
  if (member == value_->end() || member->is_null()) return std::nullopt;
  return child(*member, path_.empty() ? key : path_ + "." + key);
}

Node Node::at(const char* key) const {
  if (auto member = find(key)) return *member;
  refuse("\"" + std::string(key) + "\" is missing");
}

std::vector<std::string> Node::keys() const {
  if (!value_->is_object()) refuse_type("an object");
  std::vector<std::string> names;
  for (const auto& member : value_->items()) names.push_back(member.key());
  return names;
}

std::size_t Node::size() const {
  if (!value_->is_array()) refuse_type("a list");
  return value_->size();
}

Node Node::item(std::size_t index) const { return child((*value_)[index], path_ + "[" + std::to_string(index) + "]"); }

std::string Node::text() const {
  if (!value_->is_string()) refuse_type("a string");
  return value_->get<std::string>();
}

double Node::number() const {
  if (!value_->is_number() || !std::isfinite(value_->get<double>())) refuse_type("a finite number");
  return value_->get<double>();
}

std::uint64_t Node::count() const {
  if (value_->is_number_unsigned()) return value_->get<std::uint64_t>();
  constexpr double kTwoTo64 = 18446744073709551616.0;
  const double value = value_->is_number_float() ? value_->get<double>() : -1;
  if (value < 0 || value >= kTwoTo64 || value != std::floor(value)) refuse_type("a whole number, 0 or above");
  return static_cast<std::uint64_t>(value);
}

bool Node::flag() const {
  if (!value_->is_boolean()) refuse_type("true or false");
  return value_->get<bool>();
}

// Apart from number() so that a path is only spelled out for the one sample that is refused.
std::vector<double> Node::times_ns(double unit_ns) const {
  std::vector<double> times;
  times.reserve(size());
  for (std::size_t i = 0; i < size(); ++i) {
    const Json& value = (*value_)[i];
    const double time_ns = value.is_number() ? value.get<double>() * unit_ns : 0;
    if (!(time_ns > 0) || !std::isfinite(time_ns)) item(i).refuse_type("a time above zero");
    times.push_back(time_ns);
  }
  return times;
}

Node Node::about(std::string subject) const {
  Node node = *this;
  node.subject_ = std::move(subject);
  return node;
}

void Node::refuse(const std::string& why) const {
  std::string place(file_);
  if (!path_.empty()) place += ": " + path_;
  if (!subject_.empty()) place += " (case " + subject_ + ")";
  throw Error(place + ": " + why);
}

void Node::refuse_type(const std::string& wanted) const {
  refuse("expected " + wanted + ", found " + excerpt(*value_));
}

}  // namespace ratchet::documents
