// Work in a process of its own, which may die, and what it acknowledged until then.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <iostream>

#include "tests/db/fixture.h"

namespace ratchet::db {

// Writes one byte for each step that returned; the pipe outlives the process that dies.
class Acknowledgements {
 public:
  Acknowledgements() { REQUIRE(pipe(ends_) == 0); }
  Acknowledgements(const Acknowledgements&) = delete;
  Acknowledgements& operator=(const Acknowledgements&) = delete;
  ~Acknowledgements() {
    close(ends_[0]);
    if (!counted_) close(ends_[1]);
  }
  void add() const {
    if (write(ends_[1], "", 1) != 1) _exit(9);
  }
  // Once, when the process has ended.
  std::size_t count() {
    close(ends_[1]);
    counted_ = true;
    std::size_t acknowledged = 0;
    for (char byte = 0; read(ends_[0], &byte, 1) == 1;) ++acknowledged;
    return acknowledged;
  }

 private:
  int ends_[2] = {-1, -1};
  bool counted_ = false;
};

// 0 when the work returned, 1 after a fault, which is printed.
template <class Work>
pid_t start(const Work& work) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child != 0) return child;
  try {
    work();
    _exit(0);
  } catch (const std::exception& fault) {
    std::cerr << "process " << getpid() << ": " << fault.what() << std::endl;
    _exit(1);
  }
}

inline int end_of(pid_t child) {
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return status;
}

}  // namespace ratchet::db
