// The socket that connections come to.
#pragma once

#include <cstdint>
#include <string>

#include "src/executor/handle.h"

namespace ratchet::serve {

struct Listening {
  executor::Handle socket;
  std::uint16_t port = 0;
};

// address: a number, IPv4 or IPv6; port 0: a free one. Error where it cannot, as for a port that is in use.
[[nodiscard]] Listening listen_at(const std::string& address, std::uint16_t port);

}  // namespace ratchet::serve
