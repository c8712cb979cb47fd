#include "src/cli/command.h"

namespace ratchet::cli {

std::string text_of(const po::variables_map& values, const char* name) {
  return values.count(name) > 0 ? values[name].as<std::string>() : "";
}

std::vector<std::string> texts_of(const po::variables_map& values, const char* name) {
  return values.count(name) > 0 ? values[name].as<std::vector<std::string>>() : std::vector<std::string>{};
}

bool is_set(const po::variables_map& values, const char* name) {
  return values.count(name) > 0 && values[name].as<bool>();
}

}  // namespace ratchet::cli
