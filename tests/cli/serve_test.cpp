#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "src/executor/interrupt.h"
#include "src/serve/http.h"
#include "tests/serve/client.h"
#include "workshop.h"

namespace {

bool no_server() {
  if (!ratchet::serve::has_server()) MESSAGE("skipped: built without libmicrohttpd, so there is no server");
  return !ratchet::serve::has_server();
}

// A port that was free a moment ago.
std::uint16_t free_port() {
  const ratchet::serve::Server server("127.0.0.1", 0, {});
  return server.port();
}

std::string get(std::uint16_t port, const std::string& host, const std::string& path) {
  const std::string head = "GET " + path + " HTTP/1.1\r\nConnection: close\r\nHost: " + host + "\r\n\r\n";
  for (int i = 0; i < 500; ++i) {
    if (client::connect_to(port).open()) return client::exchanged(port, head);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return "";
}

}  // namespace

TEST_CASE("serve: answers while it runs, to its own names only, and a signal ends it as it ends any command") {
  if (no_server()) return;
  Workshop workshop;
  REQUIRE(workshop.run({"record"}).code == 0);
  for (const int signal : {SIGINT, SIGTERM}) {
    const std::uint16_t port = free_port();
    Outcome outcome;
    std::thread serving([&] {
      outcome = workshop.run({"serve", "--port", std::to_string(port), "--host", "Perf.example.org"});
    });
    CHECK(contains(get(port, "localhost:" + std::to_string(port), "/healthz"), "200 OK"));
    const std::string trend = get(port, "[::1]", "/api/v1/trend?case=copy%2Fx%2Fn%3D1");
    CHECK_MESSAGE(contains(trend, "ratchet.trend/1"), trend);
    CHECK(contains(get(port, "perf.example.org", "/api/v1/runs"), "ratchet.log/1"));
    CHECK(contains(get(port, "evil.example", "/api/v1/runs"), "421"));
    CHECK(contains(get(port, "localhost", "/api/v1/trend?case=copy/x/n=3"), "404"));
    ratchet::executor::set_interrupt_signal(signal);
    serving.join();
    ratchet::executor::set_interrupt_signal(0);
    CHECK(outcome.code == 128 + signal);
    CHECK(outcome.out == "http://127.0.0.1:" + std::to_string(port) + "/\n");
  }
}

TEST_CASE("serve: what is wrong from the start is a fault and not the first client's surprise") {
  Workshop workshop;
  const auto fault = [&](const std::vector<std::string>& options, const char* words) {
    std::vector<std::string> arguments{"serve", "--port", "0"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const Outcome outcome = workshop.run(arguments);
    CHECK(outcome.code == 2);
    CHECK(outcome.out.empty());
    CHECK_MESSAGE(contains(outcome.err, words), outcome.err);
  };
  if (!ratchet::serve::has_server()) {
    fault({}, "libmicrohttpd");
    return;
  }
  fault({}, "there is no database here yet");
  REQUIRE(workshop.run({"record"}).code == 0);
  fault({"--branch", "nowhere"}, "nowhere");
  fault({"--address", "localhost"}, "--address takes a number");
  fault({"--json"}, "/api/v1");
  fault({"--port", "0"}, "cannot be specified more than once");
  const ratchet::serve::Server other("127.0.0.1", 0, {});
  CHECK(contains(workshop.run({"serve", "--port", std::to_string(other.port())}).err, "another program has it"));
}
