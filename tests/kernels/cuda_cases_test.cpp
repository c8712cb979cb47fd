// Every case of ratchet_cuda and ratchet_peers on a real device, and attention on shapes and inputs chosen to break it:
// within its bound, by a plain launch and out of a graph. The device and the module have each a runtime of their own
// and share the primary context, as in ratchet-bench.
#include "kernels/attention/attention.h"
#include "kernels/check_cuda.h"
#include "kernels/peers/cudnn_attention.h"
#include "kernels/peers/cudnn_race.h"

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <doctest/doctest.h>

#include <filesystem>
#include <functional>
#include <iostream>
#include <numeric>

#include "tests/kernels/mini_host.h"

using ratchet::kernels::Call;
using ratchet::kernels::Case;
using ratchet::kernels::check_cuda;
using ratchet::kernels::test::compare;
using ratchet::kernels::test::draw;
using ratchet::kernels::test::Errors;
using ratchet::kernels::test::Library;
namespace attention = ratchet::kernels::attention;
namespace cudnn = ratchet::kernels::cudnn;
using attention::Shape;

namespace {

using DeviceBytes = std::unique_ptr<void, cudaError_t (*)(void*)>;
using Stream = std::unique_ptr<CUstream_st, cudaError_t (*)(cudaStream_t)>;
using Numbers = std::vector<float>;

DeviceBytes device_bytes(std::size_t size) {
  void* pointer = nullptr;
  check_cuda(cudaMalloc(&pointer, size));
  return {pointer, cudaFree};
}

Stream new_stream() {
  cudaStream_t stream = nullptr;
  check_cuda(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
  return {stream, cudaStreamDestroy};
}

// Says so and answers false without a device, or with one older than `major`.
bool have_device(int major) {
  int devices = 0;
  if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) {
    std::cout << "skipped: no CUDA device\n";
    return false;
  }
  int found = 0;
  check_cuda(cudaDeviceGetAttribute(&found, cudaDevAttrComputeCapabilityMajor, 0));
  if (found != major && major != 0) std::cout << "not run here: needs compute capability " << major << ".0\n";
  return major == 0 || found == major;
}

std::size_t element_bytes(const ratchet_buffer& buffer) { return buffer.type == RATCHET_F32 ? 4 : 2; }

std::vector<char> narrowed(const ratchet_buffer& buffer, const Numbers& numbers) {
  std::vector<char> bytes(numbers.size() * element_bytes(buffer));
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (buffer.type == RATCHET_F32) reinterpret_cast<float*>(bytes.data())[i] = numbers[i];
    if (buffer.type == RATCHET_F16) reinterpret_cast<__half*>(bytes.data())[i] = __float2half(numbers[i]);
    if (buffer.type == RATCHET_BF16) reinterpret_cast<__nv_bfloat16*>(bytes.data())[i] = __float2bfloat16(numbers[i]);
  }
  return bytes;
}

Numbers drawn(const ratchet_buffer& buffer) {
  Numbers numbers(buffer.count);
  for (std::uint64_t i = 0; i < buffer.count; ++i) numbers[i] = draw(buffer, i);
  return numbers;
}

Numbers fetched(const ratchet_buffer& buffer, const void* device) {
  std::vector<char> bytes(buffer.count * element_bytes(buffer));
  check_cuda(cudaMemcpy(bytes.data(), device, bytes.size(), cudaMemcpyDeviceToHost));
  Numbers numbers(buffer.count);
  for (std::uint64_t i = 0; i < buffer.count; ++i) {
    if (buffer.type == RATCHET_F32) numbers[i] = reinterpret_cast<const float*>(bytes.data())[i];
    if (buffer.type == RATCHET_F16) numbers[i] = __half2float(reinterpret_cast<const __half*>(bytes.data())[i]);
    if (buffer.type == RATCHET_BF16) {
      numbers[i] = __bfloat162float(reinterpret_cast<const __nv_bfloat16*>(bytes.data())[i]);
    }
  }
  return numbers;
}

// At most 1 is right; where equality is demanded, only 0 is.
double over_bound(double error, double bound) {
  if (bound > 0) return error / bound;
  return error == 0 ? 0 : INFINITY;
}

// The memory of one case on the device.
class DeviceMemory {
 public:
  DeviceMemory(std::vector<ratchet_buffer> buffers, cudaStream_t stream) : buffers_(std::move(buffers)) {
    for (std::size_t i = 0; i < buffers_.size(); ++i) {
      pointers_.push_back(owned_.emplace_back(device_bytes(buffers_[i].count * element_bytes(buffers_[i]))).get());
      if (is_output(i)) expected_.push_back(device_bytes(buffers_[i].count * sizeof(double)));
      if (buffers_[i].fill == RATCHET_NORMAL || buffers_[i].fill == RATCHET_UNIFORM) write(i, drawn(buffers_[i]));
    }
    for (const DeviceBytes& one : expected_) expected_list_.push_back(static_cast<double*>(one.get()));
    call_ = {pointers_.data(), stream, 0, nullptr, nullptr};
    check_cuda(cudaDeviceSynchronize());  // the stream does not wait for the copies, which may still be on their way
  }
  DeviceMemory(const DeviceMemory&) = delete;
  DeviceMemory& operator=(const DeviceMemory&) = delete;

  [[nodiscard]] const ratchet_call& call() const { return call_; }
  [[nodiscard]] double* const* expected() const { return expected_list_.data(); }
  [[nodiscard]] bool is_output(std::size_t i) const { return buffers_[i].fill == RATCHET_OUTPUT; }

  void write(std::size_t i, const Numbers& numbers) {
    const std::vector<char> bytes = narrowed(buffers_[i], numbers);
    check_cuda(cudaMemcpy(pointers_[i], bytes.data(), bytes.size(), cudaMemcpyHostToDevice));
    check_cuda(cudaDeviceSynchronize());
  }

  // Outputs and scratch become NaN: nothing may be left over, and nothing taken over.
  void poison() {
    for (std::size_t i = 0; i < buffers_.size(); ++i) {
      if (!is_output(i) && buffers_[i].fill != RATCHET_SCRATCH) continue;
      check_cuda(cudaMemset(pointers_[i], 0xFF, buffers_[i].count * element_bytes(buffers_[i])));
    }
    check_cuda(cudaDeviceSynchronize());
  }

  // The errors of each output, relative to its bounds: at most 1 is right, and NaN is not.
  [[nodiscard]] std::vector<Errors> errors_over_bounds() const {
    std::vector<Errors> list;
    for (std::size_t i = 0; i < buffers_.size(); ++i) {
      if (!is_output(i)) continue;
      std::vector<double> expected(buffers_[i].count);
      check_cuda(cudaMemcpy(expected.data(), expected_list_[list.size()], expected.size() * sizeof(double),
                            cudaMemcpyDeviceToHost));
      const Errors errors = compare(fetched(buffers_[i], pointers_[i]).data(), expected, buffers_[i].row);
      list.push_back(
          {over_bound(errors.rel_l2, buffers_[i].rel_l2_max), over_bound(errors.worst_row, buffers_[i].row_error_max)});
    }
    return list;
  }

 private:
  std::vector<ratchet_buffer> buffers_;
  std::vector<DeviceBytes> owned_;
  std::vector<DeviceBytes> expected_;
  std::vector<void*> pointers_;
  std::vector<double*> expected_list_;
  ratchet_call call_{};
};

// One launch on the stream, directly or as the replay of a graph.
void launch(const std::function<void()>& enqueue, cudaStream_t stream, bool in_graph) {
  if (!in_graph) {
    enqueue();
    check_cuda(cudaStreamSynchronize(stream));
    return;
  }
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t executable = nullptr;
  check_cuda(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
  enqueue();
  check_cuda(cudaStreamEndCapture(stream, &graph));
  check_cuda(cudaGraphInstantiate(&executable, graph, 0));
  check_cuda(cudaGraphLaunch(executable, stream));
  check_cuda(cudaStreamSynchronize(stream));
  check_cuda(cudaGraphExecDestroy(executable));
  check_cuda(cudaGraphDestroy(graph));
}

void check_module_case(const ratchet_module& module, const ratchet_case& one, cudaStream_t stream) {
  DeviceMemory memory({one.buffers, one.buffers + one.buffer_count}, stream);
  void* state = nullptr;
  const int status = module.prepare(&one, &memory.call(), &state);
  if (status == RATCHET_UNAVAILABLE) {
    std::cout << one.id << ": unavailable: " << module.last_error() << '\n';
    return;
  }
  REQUIRE_MESSAGE(status == 0, module.last_error());
  REQUIRE_MESSAGE(module.reference(state, memory.expected()) == 0, module.last_error());
  for (const bool in_graph : {false, true}) {
    CAPTURE(in_graph);
    memory.poison();
    launch([&] { REQUIRE_MESSAGE(module.launch(state) == 0, module.last_error()); }, stream, in_graph);
    for (const Errors& errors : memory.errors_over_bounds()) {
      CHECK(errors.rel_l2 <= 1);
      CHECK(errors.worst_row <= 1);
      if (!in_graph) std::cout << one.id << ": of its bounds " << errors.rel_l2 << " and " << errors.worst_row << '\n';
    }
  }
  module.release(state);
}

// What is written over the random Q and K before a check. V stays random.
enum class Inputs { Random, NeedleInLastKey, NeedleInFirstKey, RisingScores, EqualScores, LargeScores };
constexpr Inputs kAllInputs[] = {Inputs::Random,       Inputs::NeedleInLastKey, Inputs::NeedleInFirstKey,
                                 Inputs::RisingScores, Inputs::EqualScores,     Inputs::LargeScores};

void shape_inputs(const Shape& shape, Inputs inputs, Numbers& q, Numbers& k) {
  const std::size_t row = shape.head_dim;
  for (std::size_t at = 0; at < q.size(); ++at) {
    const std::size_t token = at / row % shape.tokens;
    const std::size_t d = at % row;
    switch (inputs) {
      case Inputs::Random:
        break;
      case Inputs::NeedleInLastKey:  // every query's weight lies on it, unless it is not seen
      case Inputs::NeedleInFirstKey:
        if (d == 0) q[at] = 8;
        if (d == 0) k[at] = token == (inputs == Inputs::NeedleInFirstKey ? 0 : shape.tokens - 1) ? 200.0F : 0.0F;
        break;
      case Inputs::RisingScores:  // from the last key to the first, 20 in a tile of 64: the maximum is outgrown each
                                  // time
        if (d == 0) q[at] = static_cast<float>(std::sqrt(static_cast<double>(row)));
        if (d == 0) k[at] = 20.0F * static_cast<float>(shape.tokens - token) / 64;
        break;
      case Inputs::EqualScores:
        q[at] = d == 0 ? 8.0F : 0.0F;
        k[at] = d == 0 ? 1.0F : 0.0F;
        break;
      case Inputs::LargeScores:
        q[at] *= 5.5F;
        k[at] *= 5.5F;
        break;
    }
  }
}

std::vector<Errors> errors_of(const Case& one, const Shape& shape, Inputs inputs, cudaStream_t stream) {
  DeviceMemory memory(one.buffers, stream);
  Numbers q = drawn(one.buffers[attention::kQ]);
  Numbers k = drawn(one.buffers[attention::kK]);
  shape_inputs(shape, inputs, q, k);
  memory.write(attention::kQ, q);
  memory.write(attention::kK, k);
  memory.poison();
  const Call call(memory.call());
  one.reference(call, memory.expected());
  launch(
      one.prepare ? one.prepare(call) : [&] { one.launch(call); }, stream, false);
  return memory.errors_over_bounds();
}

constexpr std::uint32_t kRaggedTokens[] = {1, 64, 65, 128, 129, 300, 700};

// FP16 meets all inputs, BF16, which differs in rounding alone, the random ones.
void check_everywhere(const std::function<Case(const Shape&, ratchet_type)>& make, std::uint32_t most_tokens = 700) {
  const Stream stream = new_stream();
  for (const std::uint32_t tokens : kRaggedTokens) {
    if (tokens > most_tokens) continue;
    for (const std::uint32_t head_dim : {64U, 128U}) {
      for (const bool causal : {false, true}) {
        for (const ratchet_type type : {RATCHET_F16, RATCHET_BF16}) {
          const Shape shape{.batch = 1, .heads = 2, .tokens = tokens, .causal = causal, .head_dim = head_dim};
          const Case one = make(shape, type);
          for (const Inputs inputs : kAllInputs) {
            if (type == RATCHET_BF16 && inputs != Inputs::Random) continue;
            CAPTURE(one.id());
            CAPTURE(static_cast<int>(inputs));
            for (const Errors& errors : errors_of(one, shape, inputs, stream.get())) {
              CHECK(errors.rel_l2 <= 1);
              CHECK(errors.worst_row <= 1);
            }
          }
        }
      }
    }
  }
}

// Median microseconds of each plan; the one that is kept has a star.
void print_choice(const std::string& id, const cudnn::Choice& choice) {
  for (std::size_t plan = 0; plan < choice.plans.size(); ++plan) {
    std::cout << (plan == choice.kept ? "* " : "  ") << id << ": ";
    if (!choice.times_ns.empty()) {
      std::vector<double> times = choice.times_ns[plan];
      std::nth_element(times.begin(), times.begin() + std::ptrdiff_t(times.size() / 2), times.end());
      std::cout << times[times.size() / 2] / 1000 << " us, ";
    }
    std::cout << choice.plans[plan].workspace_bytes << " bytes, " << choice.plans[plan].name << '\n';
  }
}

}  // namespace

TEST_CASE("ratchet_cuda, ratchet_peers: every case is within its bound, launched directly and from a graph") {
  if (!have_device(0)) return;
  const Stream stream = new_stream();
  // Beside the test, so that a copied build folder will do.
  const auto modules = std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path() / "modules";
  for (const char* name : {"ratchet_cuda.so", "ratchet_peers.so"}) {
    const Library library((modules / name).string());
    REQUIRE(library.module() != nullptr);
    for (std::uint32_t i = 0; i < library.module()->case_count; ++i) {
      CAPTURE(library.module()->cases[i].id);
      check_module_case(*library.module(), library.module()->cases[i], stream.get());
    }
  }
}

TEST_CASE("cuDNN: no plan leads over the one that is kept by more than the race demands; choosing again asks no one") {
  if (!have_device(0)) return;
  const Stream stream = new_stream();
  const auto session = cudnn::Session::forever();
  bool said = false;
  for (Shape shape : attention::kShapes) {
    for (const bool causal : {false, true}) {
      shape.causal = causal;
      const Case one = cudnn::attention_case(session, shape, RATCHET_F16);
      const DeviceMemory memory(one.buffers, stream.get());
      try {
        const cudnn::Choice& choice = session->choice(shape, RATCHET_F16, Call(memory.call()));
        CHECK(&choice == &session->choice(shape, RATCHET_F16, Call(memory.call())));
        if (!std::exchange(said, true)) std::cout << "cuDNN " << session->api()->version_text() << '\n';
        print_choice(one.id(), choice);
        for (const std::vector<double>& times : choice.times_ns) {
          CHECK(cudnn::winner({choice.times_ns[choice.kept], times}) == 0);
        }
      } catch (const ratchet::kernels::Unavailable& what) {
        std::cout << one.id() << ": unavailable: " << what.what() << '\n';
      }
    }
  }
}

TEST_CASE("attention, naive: any S, any scores") {
  if (have_device(0)) check_everywhere([](const Shape& shape, ratchet_type type) { return naive(shape, type); });
}

TEST_CASE("attention, tiled: any S, any scores, with the log-sum-exp") {
  if (!have_device(0)) return;
  check_everywhere(
      [](const Shape& shape, ratchet_type type) { return tiled(shape, type, attention::LogSumExp::Written); });
}

TEST_CASE("attention, split_keys: any S, any scores, more shares than tiles") {
  if (!have_device(0)) return;
  for (const std::uint32_t shares : {1U, 3U, 8U}) {
    check_everywhere([&](const Shape& shape, ratchet_type type) { return split_keys(shape, type, shares); });
  }
}

TEST_CASE("attention, block_local: any S, any scores, against its own reference") {
  if (!have_device(0)) return;
  check_everywhere([](Shape shape, ratchet_type type) {
    shape.chunk = 128;
    return block_local(shape, type);
  });
}

TEST_CASE("attention, warpgroup: any S, any scores, with the log-sum-exp") {
  if (!have_device(9)) return;
  check_everywhere(
      [](const Shape& shape, ratchet_type type) { return warpgroup(shape, type, attention::LogSumExp::Written); });
}

TEST_CASE("attention, warpgroup: the plans for many heads") {
  if (!have_device(9)) return;
  const Stream stream = new_stream();
  for (const std::uint32_t tokens : {65U, 200U, 500U, 1001U}) {
    const std::uint32_t heads = 200 / ((tokens + 63) / 64) + 1;  // more than 200 blocks of 64 queries, for 132 SMs
    for (const bool causal : {false, true}) {
      for (const Inputs inputs : kAllInputs) {
        const Shape shape{.batch = 1, .heads = heads, .tokens = tokens, .causal = causal};
        CAPTURE(tokens);
        CAPTURE(causal);
        CAPTURE(static_cast<int>(inputs));
        for (const Errors& errors : errors_of(warpgroup(shape, RATCHET_F16), shape, inputs, stream.get())) {
          CHECK(errors.rel_l2 <= 1);
          CHECK(errors.worst_row <= 1);
        }
      }
    }
  }
}

TEST_CASE("attention, one_pass: any S up to 128, any scores, with the log-sum-exp") {
  if (!have_device(9)) return;
  check_everywhere(
      [](const Shape& shape, ratchet_type type) { return one_pass(shape, type, attention::LogSumExp::Written); }, 128);
}

TEST_CASE("attention: a kernel that attends within chunks is refused as attention, unless there is one chunk") {
  if (!have_device(0)) return;
  const Stream stream = new_stream();
  for (const std::uint32_t tokens : {128U, 256U, 512U}) {
    for (const Inputs inputs : {Inputs::Random, Inputs::NeedleInLastKey}) {
      Shape shape{.batch = 1, .heads = 2, .tokens = tokens};
      Case claim = tiled(shape, RATCHET_F16);
      shape.chunk = 128;
      claim.launch = block_local(shape, RATCHET_F16).launch;
      const Errors errors = errors_of(claim, shape, inputs, stream.get()).at(0);
      CAPTURE(tokens);
      CHECK((errors.rel_l2 <= 1 && errors.worst_row <= 1) == (tokens == 128));
    }
  }
}

TEST_CASE("attention: causal row 0 is row 0 of V, exactly, in each head") {
  if (!have_device(0)) return;
  const Stream stream = new_stream();
  const Shape shape{.batch = 1, .heads = 3, .tokens = 200, .causal = true};
  std::vector<Case> cases{naive(shape, RATCHET_F16), tiled(shape, RATCHET_F16), split_keys(shape, RATCHET_F16, 3)};
  if (have_device(9)) cases.push_back(warpgroup(shape, RATCHET_F16));
  for (const Case& one : cases) {
    CAPTURE(one.id());
    DeviceMemory memory(one.buffers, stream.get());
    memory.poison();
    const Call call(memory.call());
    launch(
        one.prepare ? one.prepare(call) : [&] { one.launch(call); }, stream.get(), false);
    const Numbers v = fetched(one.buffers[attention::kV], call.buffer<void>(attention::kV));
    const Numbers o = fetched(one.buffers[attention::kO], call.buffer<void>(attention::kO));
    for (std::size_t head = 0; head < 3; ++head) {
      for (std::size_t d = 0; d < 64; ++d) CHECK(o[head * 200 * 64 + d] == v[head * 200 * 64 + d]);
    }
  }
}
