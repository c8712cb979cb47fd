#include "src/cli/command.h"

namespace ratchet::cli {

std::string text_of(const po::variables_map& values, const char* name) {
  return values.count(name) > 0 ? values[name].as<std::string>() : "";
}

std::vector<std::string> texts_of(const po::variables_map& values, const char* name) {
  return values.count(name) > 0 ? values[name].as<std::vector<std::string>>() : std::vector<std::string>{};
}

std::string day_or_time(const std::string& text, const char* second_of_day) {
  constexpr std::size_t kDate = 10;
  return text.size() == kDate ? text + second_of_day : text;
}

bool is_set(const po::variables_map& values, const char* name) {
  return values.count(name) > 0 && values[name].as<bool>();
}

}  // namespace ratchet::cli
