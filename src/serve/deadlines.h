// Ends connections that take too long, by shutting their sockets down. The library's own time-out is for silence only:
// a client that sends a byte a second is never silent, and would keep its place for ever.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

namespace ratchet::serve {

class Deadlines {
 public:
  Deadlines();
  ~Deadlines();

  // Instead of what the socket was given before.
  void give(int socket, std::chrono::milliseconds time);
  // Before the socket is closed: its number will be another connection's.
  void forget(int socket);

 private:
  void watch();

  std::mutex mutex_;
  std::condition_variable ended_;
  bool ending_ = false;
  std::map<int, std::chrono::steady_clock::time_point> ends_;
  std::thread watcher_;
};

}  // namespace ratchet::serve
