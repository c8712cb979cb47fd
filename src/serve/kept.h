// Keeps one text that is expensive to make for as long as what it was made from stays the same.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace ratchet::serve {

class Kept {
 public:
  // from: names what the text is made of; "" is never the same. One maker at a time: who comes meanwhile gets the text
  // of a moment ago, or waits where there is none, so that a rush costs one worker and not all.
  [[nodiscard]] std::shared_ptr<const std::string> text(const std::string& from,
                                                        const std::function<std::string()>& make);

 private:
  [[nodiscard]] std::shared_ptr<const std::string> last(const std::string* from);

  std::mutex making_;
  std::mutex mutex_;
  std::string from_;
  std::shared_ptr<const std::string> text_;
};

}  // namespace ratchet::serve
