#include "src/report/progress.h"

#include <fmt/format.h>

#include <bit>
#include <ostream>
#include <string>

#include "src/report/units.h"

namespace ratchet::report {

Progress::~Progress() { clear(); }

void Progress::launch(std::size_t launch, std::size_t most, std::size_t done, std::size_t cases) {
  const std::string line =
      fmt::format("launch {} of at most {}, {} of {} done", launch, most, done, count(cases, "case"));
  if (!is_terminal_) {
    if (std::has_single_bit(launch) || done != last_done_) out_ << line << "\n" << std::flush;
    last_done_ = done;
    return;
  }
  constexpr std::size_t kWidth = 24;
  const std::size_t filled = cases == 0 ? 0 : kWidth * done / cases;
  out_ << "\r\x1b[K[" << std::string(filled, '#') << std::string(kWidth - filled, '.') << "] " << line << std::flush;
  drawn_ = true;
}

void Progress::clear() {
  if (drawn_) out_ << "\r\x1b[K" << std::flush;
  drawn_ = false;
}

}  // namespace ratchet::report
