#include "src/serve/workers.h"

#include <utility>

namespace ratchet::serve {

Workers::Workers(unsigned threads, std::size_t waiting) : waiting_(waiting) {
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { serve(); });
}

bool Workers::take(std::function<void()> work) {
  const std::lock_guard lock(mutex_);
  if (finishing_ || queue_.size() >= waiting_) return false;
  queue_.push_back(std::move(work));
  changed_.notify_one();
  return true;
}

void Workers::finish() {
  {
    const std::lock_guard lock(mutex_);
    finishing_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void Workers::serve() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return finishing_ || !queue_.empty(); });
    if (queue_.empty()) return;
    const std::function<void()> work = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    work();
    lock.lock();
  }
}

}  // namespace ratchet::serve
