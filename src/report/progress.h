// How far a measurement is: a bar that overwrites itself on a terminal, one line a launch in a log.
#pragma once

#include <cstddef>
#include <iosfwd>

namespace ratchet::report {

class Progress {
 public:
  Progress(std::ostream& out, bool is_terminal) : out_(out), is_terminal_(is_terminal) {}
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Before launch number `launch` (from 1) of at most `most`; `decided` of `cases` have their verdict.
  void launch(std::size_t launch, std::size_t most, std::size_t decided, std::size_t cases);
  // Clears the bar, so that what follows starts on a clean line.
  void done();

 private:
  std::ostream& out_;
  bool is_terminal_;
  bool drawn_ = false;
};

}  // namespace ratchet::report
