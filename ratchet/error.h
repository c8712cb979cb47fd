// The one type that every fault of ours derives from, so that each main needs one catch. A fault is something the user
// or the machine must repair (exit code 2); expected outcomes, such as a regression, are values and never thrown.
#pragma once

#include <stdexcept>
#include <string>

namespace ratchet {

// The message says what happened, to which case or file, and what to do next: one line, no trailing full stop needed.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message) : std::runtime_error(message) {}
};

}  // namespace ratchet
