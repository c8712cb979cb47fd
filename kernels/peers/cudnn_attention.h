// Attention by cuDNN as a case: what our own kernels are compared with in one sitting. cuDNN is not ours to change, so
// this belongs into comparisons and not into a gate.
#pragma once

#include "kernels/peers/cudnn_plan.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace ratchet::kernels::cudnn {

// The plans of one attention, how they did, and which is kept.
struct Choice {
  std::vector<Plan> plans;
  std::vector<std::vector<double>> times_ns;  // [plan][round]; empty where there was nothing to choose
  std::size_t kept = 0;
};

// cuDNN as one process and device use it: the library, its handle, and the choices made so far. Nothing is loaded
// before the first use. Its cases share one, which they never free: when a module is unloaded the device may be gone
// already, and cuDNN's objects do not survive being freed after it.
class Session {
 public:
  [[nodiscard]] static std::shared_ptr<Session> forever() {
    return {new Session, [](Session*) {}};
  }

  // Chosen on `call`'s buffers and stream at the first request for a shape, type and mask; remembered after. Throws
  // Unavailable.
  [[nodiscard]] const Choice& choice(const attention::Shape& shape, ratchet_type type, const Call& call);

  [[nodiscard]] const std::shared_ptr<const Api>& api() const { return api_; }
  [[nodiscard]] RawHandle handle() const { return handle_; }

 private:
  Session() = default;
  void open();

  std::shared_ptr<const Api> api_;
  RawHandle handle_ = nullptr;
  std::map<std::string, Choice> choices_;
};

// FP16 or BF16, layout BHSD, causal or not; prepare refuses with Unavailable where cuDNN cannot be had.
[[nodiscard]] Case attention_case(const std::shared_ptr<Session>& session, const attention::Shape& shape,
                                  ratchet_type type);

}  // namespace ratchet::kernels::cudnn
