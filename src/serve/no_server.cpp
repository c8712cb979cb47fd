#include "ratchet/error.h"
#include "src/serve/http.h"

namespace ratchet::serve {

class Server::Daemon {};

bool has_server() { return false; }

Server::Server(const std::string&, std::uint16_t, Site, Limits) {
  throw Error("this ratchet was built without a server: install libmicrohttpd-dev, then configure and build again");
}

Server::~Server() = default;

std::uint16_t Server::port() const { return 0; }

}  // namespace ratchet::serve
