#include "src/bench/thread_pool.h"

#include <pthread.h>
#include <sched.h>

#include <algorithm>

namespace ratchet::bench {

namespace {

// Longer than the gap between two calls of a batch, shorter than what would starve a neighbour: about 20 us.
constexpr int kSpins = 2000;

void relax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Waits until `value` is no longer `old`: spinning first, because waking a sleeper costs more than a short kernel.
void await_change(const std::atomic<std::uint32_t>& value, std::uint32_t old) {
  for (int spin = 0; spin < kSpins; ++spin) {
    if (value.load(std::memory_order_acquire) != old) return;
    relax();
  }
  value.wait(old, std::memory_order_acquire);
}

cpu_set_t allowed_processors() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  sched_getaffinity(0, sizeof allowed, &allowed);
  return allowed;
}

// Binding is a help and not a need: a refusal by the system is ignored.
void bind_this_thread(std::size_t processor) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(processor, &one);
  pthread_setaffinity_np(pthread_self(), sizeof one, &one);
}

}  // namespace

unsigned usable_processors() {
  const cpu_set_t allowed = allowed_processors();
  return static_cast<unsigned>(std::max(1, CPU_COUNT(&allowed)));
}

ThreadPool::ThreadPool(unsigned threads) {
  const cpu_set_t allowed = allowed_processors();
  std::vector<std::size_t> processors;
  for (std::size_t processor = 0; processor < CPU_SETSIZE; ++processor)
    if (CPU_ISSET(processor, &allowed)) processors.push_back(processor);
  if (processors.empty()) processors.push_back(0);
  for (unsigned i = 1; i < threads; ++i)
    workers_.emplace_back(&ThreadPool::serve, this, processors[i % processors.size()]);
  bind_this_thread(processors.front());
}

ThreadPool::~ThreadPool() {
  stop_ = true;
  ++generation_;
  generation_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void ThreadPool::run(std::uint32_t tasks, Task task, void* context) {
  job_ = {tasks, task, context};
  next_.store(0, std::memory_order_relaxed);
  working_.store(static_cast<std::uint32_t>(workers_.size()), std::memory_order_relaxed);
  generation_.fetch_add(1, std::memory_order_release);
  generation_.notify_all();
  take_tasks();
  for (auto left = working_.load(std::memory_order_acquire); left != 0; left = working_.load(std::memory_order_acquire))
    await_change(working_, left);
}

void ThreadPool::take_tasks() {
  for (auto index = next_++; index < job_.tasks; index = next_++) job_.task(job_.context, index);
}

void ThreadPool::serve(std::size_t processor) {
  bind_this_thread(processor);
  for (std::uint32_t seen = 0;; ++seen) {
    await_change(generation_, seen);
    if (stop_) return;
    take_tasks();
    if (working_.fetch_sub(1, std::memory_order_acq_rel) == 1) working_.notify_all();
  }
}

}  // namespace ratchet::bench
