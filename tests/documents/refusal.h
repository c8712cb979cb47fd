// The message of the ratchet::Error that a call throws, so that tests can claim what it names.
#pragma once

#include <string>

#include "ratchet/error.h"

template <typename Call>
std::string refusal(const Call& call) {
  try {
    call();
  } catch (const ratchet::Error& error) {
    return error.what();
  }
  return "(nothing was refused)";
}

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }
