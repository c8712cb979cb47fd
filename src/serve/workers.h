// A fixed number of threads and a queue with an end: what comes beyond it is refused at once, not kept for later.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace ratchet::serve {

class Workers {
 public:
  Workers(unsigned threads, std::size_t waiting);
  ~Workers() { finish(); }

  // False when the queue is full, or after finish(): then the work is not done. Work must not throw.
  [[nodiscard]] bool take(std::function<void()> work);
  // Returns when all that was taken is done.
  void finish();

 private:
  void serve();

  const std::size_t waiting_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;
  bool finishing_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace ratchet::serve
