// One end of the conversation between the supervisor and the worker: frames of a kind and a text. The worker says
// Module once for each module it has loaded, then Ready. Start asks for what the first case needs and is answered with
// Ready; Measure, with the id of a case to measure or compare, or with the ids of a group, a line each, is answered with a
// Document, or a LastDocument by a worker that cannot go on. Before its Document, a group
// says Step when it begins one, with the number of cases that the step is about. Fault ends it all. The worker's death shows as the end of the stream.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace ratchet::bench {

enum class Message : char {
  Start = 's',
  Measure = 'm',
  Module = 'd',
  Ready = 'r',
  Document = 'c',
  Step = 'p',
  LastDocument = 'l',
  Fault = 'f'
};

struct Frame {
  Message message;
  std::string text;
};

class Channel {
 public:
  // Both ends of a new connection. Throws Error.
  [[nodiscard]] static std::pair<Channel, Channel> pair();

  ~Channel();
  Channel(Channel&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), received_(std::move(other.received_)) {}
  Channel& operator=(Channel&&) = delete;

  // False when the other end is gone.
  bool send(Message message, std::string_view text) const;
  // The next frame that has arrived in whole, without waiting.
  [[nodiscard]] std::optional<Frame> take();
  // Waits for more bytes and keeps them for take(); false at the end of the stream, and when what comes is no frame:
  // the other end may be anybody's code.
  [[nodiscard]] bool read();

  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

 private:
  explicit Channel(int descriptor) noexcept : descriptor_(descriptor) {}
  int descriptor_;
  std::string received_;
};

}  // namespace ratchet::bench
