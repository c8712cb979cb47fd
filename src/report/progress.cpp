#include "src/report/progress.h"

#include <fmt/format.h>

#include <ostream>
#include <string>

#include "src/report/units.h"

namespace ratchet::report {

Progress::~Progress() { done(); }

void Progress::launch(std::size_t launch, std::size_t most, std::size_t decided, std::size_t cases) {
  const std::string line =
      fmt::format("launch {} of at most {}, {} of {} decided", launch, most, decided, count(cases, "case"));
  if (!is_terminal_) {
    out_ << line << "\n" << std::flush;
    return;
  }
  constexpr std::size_t kWidth = 24;
  const std::size_t filled = cases == 0 ? 0 : kWidth * decided / cases;
  out_ << "\r\x1b[K[" << std::string(filled, '#') << std::string(kWidth - filled, '.') << "] " << line << std::flush;
  drawn_ = true;
}

void Progress::done() {
  if (drawn_) out_ << "\r\x1b[K" << std::flush;
  drawn_ = false;
}

}  // namespace ratchet::report
