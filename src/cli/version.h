// Set by CMake from project(VERSION).
#pragma once

namespace ratchet::cli {

inline constexpr const char* kVersion = RATCHET_VERSION;

}  // namespace ratchet::cli
