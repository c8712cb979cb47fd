// libcurl against servers of one connection each, on loopback.
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include "src/github/http.h"

using namespace ratchet;

namespace {

// Sends `text` in pieces of `piece` bytes, `pause` apart, to whoever connects first; keeps what that one sent.
class Server {
 public:
  Server(std::string text, std::size_t piece, std::chrono::milliseconds pause)
      : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(listener_, 1) == 0);
    REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/x";
    thread_ = std::thread([this, text = std::move(text), piece, pause] { serve(text, piece, pause); });
  }
  ~Server() {
    over_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::string url;
  std::string received;  // read after the answer has come

 private:
  void serve(const std::string& text, std::size_t piece, std::chrono::milliseconds pause) {
    const int peer = ::accept(listener_, nullptr, nullptr);
    if (peer < 0) return;
    char block[4096];
    const ssize_t got = ::read(peer, block, sizeof block);
    received.assign(block, got > 0 ? static_cast<std::size_t>(got) : 0);
    for (std::size_t at = 0; at < text.size() && !over_; at += piece) {
      const std::string part = text.substr(at, piece);
      if (::send(peer, part.data(), part.size(), MSG_NOSIGNAL) < 0) break;
      std::this_thread::sleep_for(pause);
    }
    ::close(peer);
  }

  int listener_;
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

const std::string kPage = "HTTP/1.1 200 OK\r\nLink: <http://127.0.0.1/2>; rel=\"next\"\r\nRetry-After: 7\r\n";

}  // namespace

TEST_CASE("http: status, body, next page and Retry-After come back, and the token is a header") {
  Server server(kPage + "Content-Length: 2\r\n\r\n{}", 4096, std::chrono::milliseconds(0));
  const auto http = github::make_http("secret");
  const github::Response response = http->send({"POST", server.url, "{\"a\":1}"}, 5);
  CHECK(response.status == 200);
  CHECK(response.body == "{}");
  CHECK(response.next == "http://127.0.0.1/2");
  CHECK(response.retry_after_s == 7);
  CHECK(server.received.find("POST /x HTTP") == 0);
  CHECK(server.received.find("Authorization: Bearer secret") != std::string::npos);
  CHECK(server.received.find("User-Agent: ratchet") != std::string::npos);
}

TEST_CASE("http: a redirection is an answer: the token goes nowhere else") {
  Server other("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 4096, std::chrono::milliseconds(0));
  Server server("HTTP/1.1 301 Moved\r\nLocation: " + other.url + "\r\nContent-Length: 0\r\n\r\n", 4096,
                std::chrono::milliseconds(0));
  CHECK(github::make_http("secret")->send({"GET", server.url}, 5).status == 301);
  CHECK(other.received.empty());
}

TEST_CASE("http: a server that drips is given up when its time is over, however alive it looks") {
  Server server(kPage + "Content-Length: 9999\r\n\r\n" + std::string(9999, ' '), 1, std::chrono::milliseconds(10));
  const auto start = std::chrono::steady_clock::now();
  const github::Response response = github::make_http("secret")->send({"GET", server.url, ""}, 0.5);
  CHECK(response.status == 0);
  CHECK_FALSE(response.fault.empty());
  // 10,000 bytes at 10 ms would be 100 s.
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(30));
}

TEST_CASE("http: nobody there is an answer, not an exception") {
  const github::Response response = github::make_http("secret")->send({"GET", "http://127.0.0.1:1/", ""}, 5);
  CHECK(response.status == 0);
  CHECK(response.fault.find("secret") == std::string::npos);
}
