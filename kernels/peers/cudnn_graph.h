// Attention as cuDNN's operation graphs: what is to be computed, before any choice of how.
#pragma once

#include "kernels/attention/attention.h"
#include "kernels/peers/cudnn_api.h"

namespace ratchet::kernels::cudnn {

// Where plans are made for: a device by its handle, or one that is only described (cuDNN 9.8 and newer), so that plans
// can be built and compiled without a GPU. They cannot be run then.
struct Target {
  RawHandle handle = nullptr;
  const Descriptor* properties = nullptr;
};

// By these numbers a call's pointers are told apart. The last two are read from host memory at each call.
enum TensorId : std::int64_t { kIdQ = 1, kIdK = 2, kIdV = 3, kIdO = 4, kIdScale = 5, kIdMasked = 6 };

enum class Form {
  Unified,  // one node for all of it: from 9.13.1 on, and not causal, which that node cannot say before 9.21
  Composed  // the two products and the softmax step by step; cuDNN recognises the pattern
};

// The forms that this version understands for this attention, the better first.
[[nodiscard]] std::vector<Form> forms(std::size_t version, const attention::Shape& shape);

// Finalized. Throws Unavailable when cuDNN refuses it.
[[nodiscard]] Descriptor operation_graph(const std::shared_ptr<const Api>& api, Form form,
                                         const attention::Shape& shape, ratchet_type type, const Target& target);

}  // namespace ratchet::kernels::cudnn
