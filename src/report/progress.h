// How far a measurement is: a bar that overwrites itself on a terminal; in a log a line when something changed, and at
// launches 1, 2, 4, 8 and so on, so that forty launches are not forty lines.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>

namespace ratchet::report {

class Progress {
 public:
  Progress(std::ostream& out, bool is_terminal) : out_(out), is_terminal_(is_terminal) {}
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Before launch number `launch` (from 1) of at most `most`; `done` of `cases` need no more launches.
  void launch(std::size_t launch, std::size_t most, std::size_t done, std::size_t cases);
  // Before another launch of a measurement that ends with its time: `launches` are done, seconds went by of the budget.
  void budget(std::size_t launches, double seconds, double budget_s);
  // Clears the bar, so that what follows starts on a clean line.
  void clear();

 private:
  void draw(double share, const std::string& line);

  std::ostream& out_;
  bool is_terminal_;
  bool drawn_ = false;
  std::size_t last_done_ = 0;
};

}  // namespace ratchet::report
