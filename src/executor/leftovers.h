// Processes that a child has started and left behind, also those that left its group and session: they become ours when
// their parents end.
#pragma once

#include <sys/types.h>

#include <set>

namespace ratchet::executor {

class Leftovers {
 public:
  // Made before the child is started; those who are ours already stay.
  Leftovers();
  ~Leftovers();
  Leftovers(const Leftovers&) = delete;
  Leftovers& operator=(const Leftovers&) = delete;

  // When the child itself is gone: gives them two seconds to end by themselves, then kills them. Throws Error when there
  // are always more.
  void end();

 private:
  void wait() const;
  [[nodiscard]] bool kill_once() const;

  std::set<pid_t> before_;
  int was_reaper_ = 0;
};

}  // namespace ratchet::executor
