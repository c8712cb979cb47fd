// Requests and responses over HTTP, and the server that carries them. The library behind it is in microhttpd.cpp alone;
// no_server.cpp stands in where the program is built without it. One thread moves bytes, however slowly clients take
// and give them; a fixed number of workers answers. Reads only: there is no way to send it a body.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ratchet::serve {

using Fields = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method;
  std::vector<std::string> hosts;  // each Host header
  bool has_body = false;
  std::string path;  // unescaped
  Fields query;      // unescaped, as they came, repeated ones too
};

struct Response {
  int status = 200;
  std::string type = "application/json";
  std::shared_ptr<const std::string> body;  // shared with a cache, and with other connections that wait for it
  Fields headers{};
};

// Called from several threads at once; must not throw.
struct Site {
  std::function<std::optional<Response>(const Request&)> refused;  // what is plain from a request's head, at no cost
  std::function<Response(const Request&)> answer;                  // by a worker
  Response overloaded;                                             // to those for whom no worker has time
};

struct Limits {
  unsigned connections = 256;      // more wait in the kernel's queue
  std::size_t head_bytes = 16384;  // request line, headers and what the library keeps of a connection
  unsigned workers = 4;
  std::size_t waiting = 64;           // requests for a worker; more are told to come back
  std::chrono::seconds to_ask{15};    // for all of a request, also dribbled; and between two of them
  std::chrono::seconds to_take{120};  // for all of a response, its making included
};

class Server {
 public:
  // Listens when constructed; Error where it cannot, and in a build without the library. address: a number, such as
  // 127.0.0.1 or ::1. port 0: a free one. `site` is called until the destructor returns.
  Server(const std::string& address, std::uint16_t port, Site site, Limits limits = {});
  // Takes no more connections, lets what is being answered go out for up to two seconds, and closes.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] std::uint16_t port() const;

 private:
  class Daemon;
  std::unique_ptr<Daemon> daemon_;
};

[[nodiscard]] bool has_server();  // whether this program was built with the library

}  // namespace ratchet::serve
