#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

#include "ratchet/error.h"
#include "src/serve/http.h"
#include "tests/serve/client.h"

namespace ratchet::serve {
namespace {

using Clock = std::chrono::steady_clock;
using executor::Handle;
using namespace client;

bool no_server() {
  if (!has_server()) MESSAGE("skipped: built without libmicrohttpd, so there is no server");
  return !has_server();
}

std::string get(std::uint16_t port, const std::string& target) {
  return exchanged(port, "GET " + target + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
}

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

bool holds(const std::string& text, const std::string& words) { return text.find(words) != std::string::npos; }

// Answers with what was asked; POST is refused from its head.
struct Echo {
  Site site() {
    return {[](const Request& request) -> std::optional<Response> {
              if (request.method == "GET" || request.method == "HEAD") return std::nullopt;
              return Response{405, "text/plain", std::make_shared<std::string>("no"), {{"Allow", "GET, HEAD"}}};
            },
            [this](const Request& request) { return answer(request); },
            {503, "text/plain", std::make_shared<std::string>("overloaded"), {{"Retry-After", "1"}}}};
  }
  Response answer(const Request& request) {
    const std::lock_guard counted(mutex_);
    std::string text = request.path;
    for (const auto& [key, value] : request.query) text += "|" + key + "=" + value;
    for (const std::string& host : request.hosts) text += "|host " + host;
    if (request.has_body) text += "|body";
    return {200, "text/plain", request.path == "/large" ? large_ : std::make_shared<std::string>(std::move(text)), {}};
  }
  const std::shared_ptr<const std::string> large_ = std::make_shared<std::string>(32'000'000, 'x');
  std::mutex mutex_;
};

}  // namespace

TEST_CASE("server: paths and parameters arrive unescaped, and HEAD gets the head alone") {
  if (no_server()) return;
  Echo echo;
  const Server server("127.0.0.1", 0, echo.site());
  CHECK(holds(get(server.port(), "/a%20b?case=copy%2Fx%2Fn%3D1&case=&flag"),
              "\r\n\r\n/a b|case=copy/x/n=1|case=|flag=|host a"));
  const std::string head = exchanged(server.port(), "HEAD /abc HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  CHECK(holds(head, "200 OK"));
  CHECK(holds(head, "Content-Length: 11"));
  CHECK(head.ends_with("\r\n\r\n"));
  CHECK_FALSE(holds(head, "Server:"));
  const std::string posted =
      exchanged(server.port(), "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello");
  CHECK(holds(posted, "405 Method Not Allowed"));
  CHECK(holds(posted, "Allow: GET, HEAD"));
  // One connection, two requests.
  const Handle kept = connect_to(server.port());
  send_all(kept, "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const std::string both = rest_of(kept);
  CHECK(holds(both, "/1|host a"));
  CHECK(both.ends_with("/2|host a"));
  CHECK(get(server.port(), "/large").size() > 32'000'000);
}

TEST_CASE("server: heads that are too long, broken or none are ended, and the next client is served") {
  if (no_server()) return;
  Echo echo;
  Limits limits;
  limits.to_ask = std::chrono::seconds(1);
  const Server server("127.0.0.1", 0, echo.site(), limits);
  for (const std::string& sent :
       {"GET /" + std::string(100'000, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n", std::string("\0\1\2\r\n\r\n", 7),
        std::string("GET\r\n\r\n"), std::string("GET / HTTP/9.9\r\n\r\n"), std::string("\x16\x03\x01\x02", 4)}) {
    const Handle socket = connect_to(server.port());
    send_all(socket, sent);
    ::shutdown(socket.get(), SHUT_WR);
    const auto start = Clock::now();
    CHECK_FALSE(holds(rest_of(socket), "200 OK"));
    CHECK(seconds_since(start) < 8);
  }
  CHECK(holds(get(server.port(), "/after"), "/after"));
}

TEST_CASE("server: 64 clients that dribble a byte at a time, and 64 that do not read, do not stop a fast one") {
  if (no_server()) return;
  Echo echo;
  const Server server("127.0.0.1", 0, echo.site());
  std::vector<Handle> slow;
  for (int i = 0; i < 64; ++i) slow.push_back(connect_to(server.port()));
  std::vector<Handle> deaf;
  for (int i = 0; i < 64; ++i) {
    deaf.push_back(connect_to(server.port()));
    send_all(deaf.back(), "GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  }
  const std::string dribbled = "GET /slow HTTP/1.1\r\nHost: a\r\nX-Long: ";
  std::vector<double> taken_s;
  for (int i = 0; i < 21; ++i) {
    for (const Handle& one : slow) send_all(one, dribbled.substr(static_cast<std::size_t>(i), 1));
    const auto start = Clock::now();
    CHECK(holds(get(server.port(), "/fast"), "/fast"));
    taken_s.push_back(seconds_since(start));
  }
  std::sort(taken_s.begin(), taken_s.end());
  CHECK(taken_s[10] < 1);  // and not the longest: the machine has other tests to run at the same time
  MESSAGE("median " << taken_s[10] << " s, longest " << taken_s[20] << " s");
}

TEST_CASE("server: who takes too long to ask loses the place to others, although never silent") {
  if (no_server()) return;
  Echo echo;
  Limits limits;
  limits.connections = 8;
  limits.to_ask = std::chrono::seconds(1);
  const Server server("127.0.0.1", 0, echo.site(), limits);
  std::vector<Handle> slow;
  for (int i = 0; i < 8; ++i) slow.push_back(connect_to(server.port()));
  std::atomic<bool> served{false};
  std::thread waiting([&] { served = holds(get(server.port(), "/at-last"), "/at-last"); });
  const auto start = Clock::now();
  while (!served && seconds_since(start) < 8) {
    for (const Handle& one : slow) send_all(one, "x");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  CHECK(served);
  slow.clear();
  waiting.join();
}

TEST_CASE("server: who takes an answer too slowly does not get all of it, although never silent") {
  if (no_server()) return;
  Echo echo;
  Limits limits;
  limits.to_take = std::chrono::seconds(1);
  const Server server("127.0.0.1", 0, echo.site(), limits);
  const Handle slow = connect_to(server.port());
  send_all(slow, "GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  std::size_t taken_bytes = 0;
  std::vector<char> block(65536);
  for (ssize_t got = 1; got > 0; taken_bytes += static_cast<std::size_t>(std::max<ssize_t>(got, 0))) {
    got = ::recv(slow.get(), block.data(), block.size(), 0);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  CHECK(taken_bytes > 0);
  CHECK(taken_bytes < 32'000'000);
}

TEST_CASE("server: more requests than workers and places to wait are told to come back") {
  if (no_server()) return;
  Echo echo;
  Limits limits;
  limits.workers = 2;
  limits.waiting = 3;
  const Server server("127.0.0.1", 0, echo.site(), limits);
  std::vector<Handle> clients;
  std::unique_lock held(echo.mutex_);  // no answer is made
  for (int i = 0; i < 12; ++i) {
    clients.push_back(connect_to(server.port()));
    send_all(clients.back(), "GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  held.unlock();
  int answered = 0;
  int refused = 0;
  for (const Handle& client : clients) {
    const std::string response = rest_of(client);
    answered += holds(response, "200 OK") ? 1 : 0;
    refused += holds(response, "503") && holds(response, "Retry-After: 1") ? 1 : 0;
  }
  CHECK(answered >= 3);
  CHECK(answered <= 5);
  CHECK(answered + refused == 12);
}

TEST_CASE("server: at its end what is being answered still goes out, and silent clients do not hold it up") {
  if (no_server()) return;
  Echo echo;
  auto server = std::make_unique<Server>("127.0.0.1", 0, echo.site());
  const Handle silent = connect_to(server->port());
  const Handle asking = connect_to(server->port());
  std::unique_lock held(echo.mutex_);
  send_all(asking, "GET /last HTTP/1.1\r\nHost: a\r\n\r\n");
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  std::thread ending([&] { server.reset(); });
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  held.unlock();
  const auto start = Clock::now();
  CHECK(holds(rest_of(asking), "/last"));
  ending.join();
  CHECK(seconds_since(start) < 5);
}

TEST_CASE("server: a port in use, and an address that is none, are told apart") {
  if (no_server()) return;
  Echo echo;
  const Server first("127.0.0.1", 0, echo.site());
  const auto fault = [&](const char* address, std::uint16_t port) {
    try {
      const Server second(address, port, echo.site());
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("none");
  };
  CHECK(holds(fault("127.0.0.1", first.port()), "another program has it"));
  CHECK(holds(fault("localhost", 0), "--address takes a number"));
  CHECK(holds(fault("", 0), "--address takes a number"));
  CHECK(holds(fault("192.0.2.1", 0), "cannot listen on 192.0.2.1"));
}

}  // namespace ratchet::serve
