// The threads on which CPU modules run. Both modules of a duet share them, so that neither is measured on better placed
// threads than the other. parallel_for is a barrier of a few microseconds while calls follow each other closely.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

namespace ratchet::bench {

class ThreadPool {
 public:
  using Task = void (*)(void* context, std::uint32_t index);

  // `threads` counts the caller of run(), which works too; at least 1. Each thread is bound to one of the processors
  // that this process may use, where that is permitted; the calling thread as well.
  explicit ThreadPool(unsigned threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  // Calls task(context, index) for 0..tasks-1 on all threads and returns when all are done. A task must not call run().
  void run(std::uint32_t tasks, Task task, void* context);

  [[nodiscard]] unsigned threads() const noexcept { return static_cast<unsigned>(workers_.size()) + 1; }

 private:
  void serve(std::size_t processor);
  void take_tasks();

  struct Job {
    std::uint32_t tasks = 0;
    Task task = nullptr;
    void* context = nullptr;
  };
  Job job_;                                   // written between generations only
  std::atomic<std::uint32_t> next_{0};        // first task that nobody has taken
  std::atomic<std::uint32_t> working_{0};     // workers that have not finished this generation
  std::atomic<std::uint32_t> generation_{0};  // of job_; a step wakes the workers
  std::atomic<bool> stop_{false};
  std::vector<std::thread> workers_;
};

// Processors that this process may run on; at least 1.
[[nodiscard]] unsigned usable_processors();

}  // namespace ratchet::bench
