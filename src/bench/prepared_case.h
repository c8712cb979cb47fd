// One side's case between prepare() and release() of its module: calls through the C ABI with their errors as
// CaseError.
#pragma once

#include <string>
#include <vector>

#include "kernels/module.h"
#include "ratchet/error.h"
#include "ratchet/run.h"

namespace ratchet::bench {

// A case that cannot give samples. It ends the case, never the launch: the failure is reported under the case's name.
class CaseError : public Error {
 public:
  CaseError(std::string kind, std::string side, const std::string& message)
      : Error(message), failure_{std::move(kind), std::move(side), message} {}
  explicit CaseError(Failure failure) : Error(failure.message), failure_(std::move(failure)) {}
  [[nodiscard]] const Failure& failure() const noexcept { return failure_; }

 private:
  Failure failure_;
};

// One module's part in a measurement. `side` is "baseline", "candidate", or "" in a run.
struct Side {
  std::string name;
  const ratchet_module* module = nullptr;
  const ratchet_case* which = nullptr;
};

class PreparedCase {
 public:
  // `lent` is completed with the buffers, which must outlive this object.
  PreparedCase(const Side& side, ratchet_call lent, std::vector<void*> buffers);
  ~PreparedCase();
  PreparedCase(const PreparedCase&) = delete;
  PreparedCase& operator=(const PreparedCase&) = delete;

  void launch() {
    if (side_.module->launch(state_) != 0) fail("launch");
  }
  void reference(const std::vector<double*>& expected);
  [[nodiscard]] const Side& side() const noexcept { return side_; }

 private:
  [[nodiscard]] std::string message() const;  // the module's, of what just failed
  [[noreturn]] void fail(const char* step) const;

  Side side_;
  std::vector<void*> buffers_;
  ratchet_call call_;
  void* state_ = nullptr;
};

}  // namespace ratchet::bench
