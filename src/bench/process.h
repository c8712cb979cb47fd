// A forked child at the other end of a Channel. It never outlives its parent: the destructor kills it with everything
// it has started, and the kernel kills it should the parent be killed first.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>

#include "src/bench/channel.h"
#include "src/bench/interruption.h"

namespace ratchet::bench {

class Process {
 public:
  // The child runs `body` in a process group of its own and ends without the parent's destructors.
  Process(const Interruption& interruption, const std::function<void(Channel&)>& body);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  [[nodiscard]] Channel& channel() noexcept { return channel_; }
  // Kills what is left of it and says how it ended: "ended with exit status 0", "was killed by SIGSEGV".
  std::string end();

 private:
  Process(const Interruption& interruption, const std::function<void(Channel&)>& body,
          std::pair<Channel, Channel> connection);

  pid_t process_ = -1;
  Channel channel_;
};

}  // namespace ratchet::bench
