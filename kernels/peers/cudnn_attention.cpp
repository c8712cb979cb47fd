#include "kernels/peers/cudnn_attention.h"

#include <cmath>
#include <limits>

#include "kernels/check_cuda.h"
#include "kernels/peers/cudnn_race.h"

namespace ratchet::kernels::cudnn {
namespace {

using DeviceMemory = std::shared_ptr<void>;

DeviceMemory device_memory(std::size_t bytes) {
  if (bytes == 0) return nullptr;
  void* pointer = nullptr;
  check_cuda(cudaMalloc(&pointer, bytes));
  return {pointer, cudaFree};
}

// One plan with the memory that it works on. Never moved: cuDNN keeps the addresses of the two numbers.
class Bound {
 public:
  Bound(const Session& session, const Plan& plan, const attention::Shape& shape, const Call& call);
  Bound(const Bound&) = delete;
  Bound& operator=(const Bound&) = delete;

  // Enqueues one call. The handle is shared by cases, so the stream is set each time.
  void enqueue() const {
    api_->check(api_->cudnnSetStream(handle_, stream_), "setting the stream");
    api_->check(api_->cudnnBackendExecute(handle_, plan_, pack_.raw()), "running the plan");
  }

 private:
  std::shared_ptr<const Api> api_;
  RawHandle handle_;
  RawDescriptor plan_;  // the session's
  void* stream_;
  DeviceMemory workspace_;
  float scale_;
  float masked_ = -std::numeric_limits<float>::infinity();
  Descriptor pack_;
};

Bound::Bound(const Session& session, const Plan& plan, const attention::Shape& shape, const Call& call)
    : api_(session.api()),
      handle_(session.handle()),
      plan_(plan.plan.raw()),
      stream_(call.stream()),
      workspace_(device_memory(plan.workspace_bytes)),
      scale_(1 / std::sqrt(static_cast<float>(shape.head_dim))),
      pack_(api_, Kind::VariantPack) {
  std::vector<std::int64_t> ids{kIdQ, kIdK, kIdV, kIdO, kIdScale};
  std::vector<void*> pointers{call.buffer<void>(attention::kQ), call.buffer<void>(attention::kK),
                              call.buffer<void>(attention::kV), call.buffer<void>(attention::kO), &scale_};
  if (shape.causal) {
    ids.push_back(kIdMasked);
    pointers.push_back(&masked_);
  }
  pack_.set(Attribute::PackUniqueIds, ids);
  pack_.set(Attribute::PackPointers, Type::VoidPointer, pointers.size(), pointers.data());
  pack_.set(Attribute::PackWorkspace, Type::VoidPointer, workspace_.get());
  pack_.finalize("the pointers of a call");
}

// Those that run. A plan that compiled may still be refused when it is run, and is out of the race then.
std::vector<Plan> runnable(const Session& session, std::vector<Plan> plans, const attention::Shape& shape,
                           const Call& call) {
  std::vector<Plan> list;
  std::string complaint;
  for (Plan& plan : plans) {
    try {
      Bound(session, plan, shape, call).enqueue();
      check_cuda(cudaStreamSynchronize(static_cast<cudaStream_t>(call.stream())));
      list.push_back(std::move(plan));
    } catch (const Unavailable& what) {
      complaint = what.what();
    }
  }
  if (list.empty()) throw Unavailable(complaint);
  return list;
}

}  // namespace

void Session::open() {
  if (handle_ != nullptr) return;
  api_ = Api::load();
  api_->check(api_->cudnnCreate(&handle_), "creating a handle");
}

const Choice& Session::choice(const attention::Shape& shape, ratchet_type type, const Call& call) {
  open();
  const std::string key = attention::describe("cudnn", shape, type).parameter_list();
  if (const auto known = choices_.find(key); known != choices_.end()) return known->second;
  Choice choice;
  choice.plans = runnable(*this, plans(api_, shape, type, {handle_, nullptr}), shape, call);
  if (choice.plans.size() > 1) {
    std::vector<std::shared_ptr<Bound>> bound;
    std::vector<std::function<void()>> calls;
    for (const Plan& plan : choice.plans) {
      bound.push_back(std::make_shared<Bound>(*this, plan, shape, call));
      calls.emplace_back([one = bound.back()] { one->enqueue(); });
    }
    choice.times_ns = race_ns(calls, call.stream());
    choice.kept = winner(choice.times_ns);
  }
  return choices_.emplace(key, std::move(choice)).first->second;
}

Case attention_case(const std::shared_ptr<Session>& session, const attention::Shape& shape, ratchet_type type) {
  Case one = attention::describe("cudnn", shape, type);
  if (shape.chunk != 0) throw std::invalid_argument(one.id() + ": only block_local works in chunks");
  if (type != RATCHET_F16 && type != RATCHET_BF16) throw std::invalid_argument(one.id() + ": FP16 and BF16 only");
  one.source = here();
  one.prepare = [session, shape, type](const Call& call) -> Launch {
    const Choice& choice = session->choice(shape, type, call);
    return [bound = std::make_shared<Bound>(*session, choice.plans[choice.kept], shape, call)] { bound->enqueue(); };
  };
  one.reference = [shape, type](const Call& call, double* const* expected) {
    attention::reference_cuda(shape, type, call, expected);
  };
  return one;
}

}  // namespace ratchet::kernels::cudnn
