#include "src/executor/interrupt.h"

#include <csignal>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace ratchet::executor {
namespace {

// The one global of the house: a signal handler can reach nothing else.
std::atomic<int> g_signal{0};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler must not wait for a lock");

void remember(int signal) { set_interrupt_signal(signal); }

}  // namespace

void install_interrupt_handlers() {
  struct sigaction action = {};
  action.sa_handler = remember;
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM}) {
    // A job started by nohup or in the background of a script has SIGINT ignored on purpose.
    struct sigaction before = {};
    if (::sigaction(signal, nullptr, &before) == 0 && before.sa_handler == SIG_IGN) continue;
    if (::sigaction(signal, &action, nullptr) != 0)
      throw Error(std::string("cannot handle signals: ") + std::strerror(errno));
  }
}

int interrupt_signal() noexcept { return g_signal.load(); }

void set_interrupt_signal(int signal) noexcept {
  int none = 0;
  if (signal == 0)
    g_signal.store(0);
  else
    g_signal.compare_exchange_strong(none, signal);
}

Interrupted::Interrupted(int signal, std::string kept)
    : Error(signal == SIGTERM ? "stopped by SIGTERM" : "stopped by SIGINT"), signal_(signal), kept_(std::move(kept)) {}

}  // namespace ratchet::executor
