#include "src/serve/listening.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "ratchet/error.h"

namespace ratchet::serve {
namespace {

struct FreeAddress {
  void operator()(addrinfo* address) const noexcept { ::freeaddrinfo(address); }
};

std::unique_ptr<addrinfo, FreeAddress> parsed(const std::string& address, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  addrinfo* found = nullptr;
  if (address.empty() || ::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found) != 0)
    throw Error("--address takes a number such as 127.0.0.1 or ::1, not \"" + address + "\"");
  return std::unique_ptr<addrinfo, FreeAddress>(found);
}

std::uint16_t port_of(int socket) {
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&bound), &size) != 0) return 0;
  return ntohs(bound.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6*>(&bound)->sin6_port
                                           : reinterpret_cast<sockaddr_in*>(&bound)->sin_port);
}

}  // namespace

Listening listen_at(const std::string& address, std::uint16_t port) {
  const auto at = parsed(address, port);
  executor::Handle socket(::socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;
  // Connections of a server that just ended must not keep the next one from its port.
  if (socket.open()) ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (!socket.open() || ::bind(socket.get(), at->ai_addr, at->ai_addrlen) != 0 ||
      ::listen(socket.get(), SOMAXCONN) != 0) {
    throw Error("cannot listen on " + address + " port " + std::to_string(port) + ": " + std::strerror(errno) +
                (errno == EADDRINUSE ? "; another program has it, give another one with --port" : ""));
  }
  const std::uint16_t bound = port_of(socket.get());
  return {std::move(socket), bound};
}

}  // namespace ratchet::serve
