// A client that may be slow, deaf or rude: bytes over a loopback socket.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <string>

#include "src/executor/handle.h"

namespace client {

using ratchet::executor::Handle;

// Not open where nobody listens.
inline Handle connect_to(std::uint16_t port) {
  Handle socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0) socket.close();
  return socket;
}

inline void send_all(const Handle& socket, const std::string& text) {
  static_cast<void>(::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL));
}

// Until the server closes, or ten seconds of silence.
inline std::string rest_of(const Handle& socket) {
  const timeval patience{10, 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  std::string text;
  char block[65536];
  for (;;) {
    const ssize_t got = ::recv(socket.get(), block, sizeof block, 0);
    if (got < 0 && errno == EINTR) continue;  // a child of the server in this process ended
    if (got <= 0) return text;
    text.append(block, static_cast<std::size_t>(got));
  }
}

inline std::string exchanged(std::uint16_t port, const std::string& sent) {
  const Handle socket = connect_to(port);
  send_all(socket, sent);
  return rest_of(socket);
}

}  // namespace client
