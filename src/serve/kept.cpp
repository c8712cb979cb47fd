#include "src/serve/kept.h"

namespace ratchet::serve {

// Any where `from` is null.
std::shared_ptr<const std::string> Kept::last(const std::string* from) {
  const std::lock_guard lock(mutex_);
  return from == nullptr || (!from->empty() && *from == from_) ? text_ : nullptr;
}

std::shared_ptr<const std::string> Kept::text(const std::string& from, const std::function<std::string()>& make) {
  if (auto same = last(&from)) return same;
  std::unique_lock making(making_, std::try_to_lock);
  if (!making) {
    if (auto older = last(nullptr)) return older;
    making.lock();
    if (auto same = last(&from)) return same;
  }
  auto made = std::make_shared<const std::string>(make());
  const std::lock_guard lock(mutex_);
  from_ = from;
  text_ = made;
  return made;
}

}  // namespace ratchet::serve
