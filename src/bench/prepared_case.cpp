#include "src/bench/prepared_case.h"

namespace ratchet::bench {

PreparedCase::PreparedCase(const Side& side, ratchet_call lent, std::vector<void*> buffers)
    : side_(side), buffers_(std::move(buffers)), call_(lent) {
  call_.buffers = buffers_.data();
  const int status = side_.module->prepare(side_.which, &call_, &state_);
  if (status == RATCHET_UNAVAILABLE) throw CaseError(kUnavailable, side_.name, message());
  if (status != 0) fail("prepare");
}

PreparedCase::~PreparedCase() { side_.module->release(state_); }

void PreparedCase::reference(const std::vector<double*>& expected) {
  if (side_.module->reference(state_, expected.data()) != 0) fail("reference");
}

std::string PreparedCase::message() const {
  const char* text = side_.module->last_error();
  return text ? text : "no message";
}

void PreparedCase::fail(const char* step) const {
  throw CaseError("module_error", side_.name, std::string(step) + "() failed: " + message());
}

}  // namespace ratchet::bench
