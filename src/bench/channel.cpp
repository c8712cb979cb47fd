#include "src/bench/channel.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "ratchet/error.h"

namespace ratchet::bench {

namespace {

constexpr std::size_t kHeaderBytes = 1 + sizeof(std::uint64_t);
constexpr std::uint64_t kMaxFrameBytes = std::uint64_t{256} << 20;  // a document of 10 million samples

// A switch, so that the compiler names a kind that is missing here.
bool is_message(char kind) {
  switch (static_cast<Message>(kind)) {
    case Message::Start:
    case Message::Measure:
    case Message::Module:
    case Message::Ready:
    case Message::Document:
    case Message::Step:
    case Message::LastDocument:
    case Message::Fault:
      return true;
  }
  return false;
}

std::uint64_t size_in(std::string_view header) {
  std::uint64_t size = 0;
  std::memcpy(&size, header.data() + 1, sizeof size);
  return size;
}

// Frames, of which the last one may go on.
bool are_frames(std::string_view bytes) {
  while (!bytes.empty()) {
    if (!is_message(bytes.front())) return false;
    if (bytes.size() < kHeaderBytes) return true;
    const std::uint64_t size = size_in(bytes);
    if (size > kMaxFrameBytes) return false;
    if (bytes.size() - kHeaderBytes < size) return true;
    bytes.remove_prefix(kHeaderBytes + size);
  }
  return true;
}

}  // namespace

std::pair<Channel, Channel> Channel::pair() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    throw Error(std::string("cannot connect to a measuring process: ") + std::strerror(errno));
  return {Channel(ends[0]), Channel(ends[1])};
}

Channel::~Channel() {
  if (descriptor_ >= 0) close(descriptor_);
}

bool Channel::send(Message message, std::string_view text) const {
  const std::uint64_t size = text.size();
  std::string bytes(kHeaderBytes, static_cast<char>(message));
  std::memcpy(bytes.data() + 1, &size, sizeof size);
  bytes += text;
  for (std::size_t sent = 0; sent < bytes.size();) {
    const ssize_t count = ::send(descriptor_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    sent += static_cast<std::size_t>(count);
  }
  return true;
}

std::optional<Frame> Channel::take() {
  if (received_.size() < kHeaderBytes) return std::nullopt;
  const std::uint64_t size = size_in(received_);
  if (received_.size() - kHeaderBytes < size) return std::nullopt;
  Frame frame{static_cast<Message>(received_[0]), received_.substr(kHeaderBytes, size)};
  received_.erase(0, kHeaderBytes + size);
  return frame;
}

bool Channel::read() {
  std::array<char, 1 << 16> bytes;
  ssize_t count = 0;
  do count = ::read(descriptor_, bytes.data(), bytes.size());
  while (count < 0 && errno == EINTR);
  if (count <= 0) return false;
  received_.append(bytes.data(), static_cast<std::size_t>(count));
  return are_frames(received_);
}

}  // namespace ratchet::bench
