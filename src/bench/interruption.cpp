#include "src/bench/interruption.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>

#include "ratchet/error.h"

namespace ratchet::bench {

Interruption::Interruption() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  descriptor_ = signalfd(-1, &signals, SFD_CLOEXEC);
  if (descriptor_ < 0) throw Error("cannot wait for signals: signalfd failed");
  sigprocmask(SIG_BLOCK, &signals, &before_);
}

Interruption::~Interruption() {
  forget();
  close(descriptor_);
}

bool Interruption::wait(int descriptor, std::chrono::steady_clock::time_point until) const {
  while (true) {
    using std::chrono::milliseconds;
    const auto left = std::chrono::ceil<milliseconds>(until - std::chrono::steady_clock::now()).count();
    std::array<pollfd, 2> watched{{{descriptor_, POLLIN, 0}, {descriptor, POLLIN, 0}}};
    poll(watched.data(), watched.size(), static_cast<int>(std::clamp<long long>(left, 0, INT_MAX)));
    if (watched[0].revents != 0) {
      signalfd_siginfo info{};
      if (read(descriptor_, &info, sizeof info) == sizeof info) throw Interrupted{static_cast<int>(info.ssi_signo)};
    }
    if (watched[1].revents != 0) return true;
    if (left <= 0) return false;
  }
}

void Interruption::forget() const noexcept { sigprocmask(SIG_SETMASK, &before_, nullptr); }

}  // namespace ratchet::bench
