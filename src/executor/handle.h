// A file descriptor that closes itself.
#pragma once

#include <unistd.h>

#include <utility>

namespace ratchet::executor {

class Handle {
 public:
  explicit Handle(int fd = -1) noexcept : fd_(fd) {}
  Handle(Handle&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Handle() { close(); }

  [[nodiscard]] int get() const noexcept { return fd_; }
  [[nodiscard]] bool open() const noexcept { return fd_ >= 0; }
  void close() noexcept {
    if (open()) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_;
};

}  // namespace ratchet::executor
