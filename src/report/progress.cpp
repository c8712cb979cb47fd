#include "src/report/progress.h"

#include <fmt/format.h>

#include <algorithm>
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
  draw(cases == 0 ? 0 : static_cast<double>(done) / static_cast<double>(cases), line);
}

void Progress::budget(std::size_t launches, double seconds, double budget_s) {
  const std::string line = fmt::format("{}, {:.0f} of {:.0f} s", count(launches, "launch"), seconds, budget_s);
  if (!is_terminal_) {
    if (std::has_single_bit(launches)) out_ << line << "\n" << std::flush;
    return;
  }
  draw(budget_s > 0 ? std::min(1.0, seconds / budget_s) : 1, line);
}

void Progress::draw(double share, const std::string& line) {
  constexpr std::size_t kWidth = 24;
  const auto filled = static_cast<std::size_t>(share * kWidth);
  out_ << "\r\x1b[K[" << std::string(filled, '#') << std::string(kWidth - filled, '.') << "] " << line << std::flush;
  drawn_ = true;
}

void Progress::clear() {
  if (drawn_) out_ << "\r\x1b[K" << std::flush;
  drawn_ = false;
}

}  // namespace ratchet::report
