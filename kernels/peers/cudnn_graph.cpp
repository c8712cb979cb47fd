#include "kernels/peers/cudnn_graph.h"

#include <deque>

namespace ratchet::kernels::cudnn {
namespace {

using Numbers = std::vector<std::int64_t>;

constexpr std::size_t kFirstUnified = 91301;
constexpr std::int64_t kAlignment = 16;  // bytes; what the host gives is aligned to more
constexpr std::int64_t kFirstVirtualId = 100;

enum class Storage { Memory, HostValue, Virtual };

struct Axes {
  Numbers dimensions;
  Numbers strides;
};

// Owns the descriptors of a graph while it is put together; cuDNN copies what it needs when the graph is finalized.
class Builder {
 public:
  Builder(std::shared_ptr<const Api> api, const attention::Shape& shape, ratchet_type type)
      : api_(std::move(api)), shape_(shape), io_(type == RATCHET_F16 ? DataType::Half : DataType::BFloat16) {}

  void unified();
  void composed();
  [[nodiscard]] Descriptor finish(const Target& target);

 private:
  using Node = const Descriptor*;

  [[nodiscard]] Axes axes(std::int64_t rows, std::int64_t columns) const;
  [[nodiscard]] Axes input() const { return axes(shape_.tokens, shape_.head_dim); }
  [[nodiscard]] Node tensor(std::int64_t id, const Axes& axes, DataType type, Storage storage);
  [[nodiscard]] Node io_tensor(std::int64_t id) { return tensor(id, input(), io_, Storage::Memory); }
  [[nodiscard]] Node scalar(std::int64_t id) {
    return tensor(id, {{1, 1, 1, 1}, {1, 1, 1, 1}}, DataType::Float, Storage::HostValue);
  }
  [[nodiscard]] Node scores(DataType type = DataType::Float) {
    return tensor(next_id_++, axes(shape_.tokens, shape_.tokens), type, Storage::Virtual);
  }
  [[nodiscard]] Node row_numbers() {
    return tensor(next_id_++, axes(shape_.tokens, 1), DataType::Float, Storage::Virtual);
  }

  Node matmul(Node a, Node b, Node result);
  Node reduce(ReduceOperator by, Node x, Node result);
  Node pointwise(Pointwise mode, Numbers axis, DataType precision, Node x, Node b, Node t, Node result);
  Node map(Pointwise mode, Node x, Node b, Node result) {
    return pointwise(mode, {}, DataType::Float, x, b, nullptr, result);
  }
  Node mask_future(Node score);
  Descriptor& operation(Kind kind) { return operations_.emplace_back(api_, kind); }

  std::shared_ptr<const Api> api_;
  attention::Shape shape_;
  DataType io_;
  std::int64_t next_id_ = kFirstVirtualId;
  std::deque<Descriptor> parts_;  // a deque: nodes point into it
  std::deque<Descriptor> operations_;
};

Axes Builder::axes(std::int64_t rows, std::int64_t columns) const {
  const std::int64_t heads = shape_.heads;
  return {{shape_.batch, heads, rows, columns}, {heads * rows * columns, rows * columns, columns, 1}};
}

Builder::Node Builder::tensor(std::int64_t id, const Axes& axes, DataType type, Storage storage) {
  Descriptor& one = parts_.emplace_back(api_, Kind::Tensor);
  one.set(Attribute::TensorDataType, Type::DataType, type);
  one.set(Attribute::TensorDimensions, axes.dimensions);
  one.set(Attribute::TensorStrides, axes.strides);
  one.set(Attribute::TensorUniqueId, Type::Int64, id);
  one.set(Attribute::TensorAlignment, Type::Int64, kAlignment);
  constexpr bool kYes = true;
  if (storage == Storage::Virtual) one.set(Attribute::TensorIsVirtual, Type::Boolean, kYes);
  if (storage == Storage::HostValue) one.set(Attribute::TensorIsByValue, Type::Boolean, kYes);
  one.finalize("a tensor of the graph");
  return &one;
}

Builder::Node Builder::matmul(Node a, Node b, Node result) {
  Descriptor& how = parts_.emplace_back(api_, Kind::Matmul);
  how.set(Attribute::MatmulComputeType, Type::DataType, DataType::Float);
  how.finalize("a matrix product");
  Descriptor& one = operation(Kind::OperationMatmul);
  one.set(Attribute::OperationMatmulA, *a);
  one.set(Attribute::OperationMatmulB, *b);
  one.set(Attribute::OperationMatmulC, *result);
  one.set(Attribute::OperationMatmul, how);
  one.finalize("the operation of a matrix product");
  return result;
}

Builder::Node Builder::reduce(ReduceOperator by, Node x, Node result) {
  Descriptor& how = parts_.emplace_back(api_, Kind::Reduction);
  how.set(Attribute::ReductionComputeType, Type::DataType, DataType::Float);
  how.set(Attribute::ReductionOperator, Type::ReductionOperator, by);
  how.finalize("a reduction");
  Descriptor& one = operation(Kind::OperationReduction);
  one.set(Attribute::OperationReductionX, *x);
  one.set(Attribute::OperationReductionY, *result);
  one.set(Attribute::OperationReduction, how);
  one.finalize("the operation of a reduction");
  return result;
}

Builder::Node Builder::pointwise(Pointwise mode, Numbers axis, DataType precision, Node x, Node b, Node t,
                                 Node result) {
  Descriptor& how = parts_.emplace_back(api_, Kind::Pointwise);
  how.set(Attribute::PointwiseMode, Type::PointwiseMode, mode);
  how.set(Attribute::PointwiseMathPrecision, Type::DataType, precision);
  if (!axis.empty()) how.set(Attribute::PointwiseAxis, axis);
  how.finalize("a pointwise function");
  Descriptor& one = operation(Kind::OperationPointwise);
  one.set(Attribute::OperationPointwise, how);
  one.set(Attribute::OperationPointwiseX, *x);
  if (b != nullptr) one.set(Attribute::OperationPointwiseB, *b);
  if (t != nullptr) one.set(Attribute::OperationPointwiseT, *t);
  one.set(Attribute::OperationPointwiseY, *result);
  one.finalize("the operation of a pointwise function");
  return result;
}

void Builder::unified() {
  Node q = io_tensor(kIdQ);
  Node k = io_tensor(kIdK);
  Node v = io_tensor(kIdV);
  Node o = io_tensor(kIdO);
  Node scale = scalar(kIdScale);
  Descriptor& one = operation(Kind::OperationSdpaForward);
  one.set(Attribute::SdpaForwardQ, *q);
  one.set(Attribute::SdpaForwardK, *k);
  one.set(Attribute::SdpaForwardV, *v);
  one.set(Attribute::SdpaForwardO, *o);
  one.set(Attribute::SdpaForwardScale, *scale);
  one.finalize("the operation of attention");
}

// Row >= column ? score : a value from the host, -infinity.
Builder::Node Builder::mask_future(Node score) {
  Node row =
      pointwise(Pointwise::GenerateIndex, {2}, DataType::Float, score, nullptr, nullptr, scores(DataType::Int32));
  Node column =
      pointwise(Pointwise::GenerateIndex, {3}, DataType::Float, score, nullptr, nullptr, scores(DataType::Int32));
  Node seen =
      pointwise(Pointwise::GreaterEqual, {}, DataType::Boolean, row, column, nullptr, scores(DataType::Boolean));
  return pointwise(Pointwise::Select, {}, DataType::Float, score, scalar(kIdMasked), seen, scores());
}

// The pattern is recognised as a whole, so its order and its parts are cuDNN's: the log-sum-exp must be there although
// nobody reads it, or every engine refuses the graph; and the probabilities have the type of the inputs.
void Builder::composed() {
  Axes transposed = input();
  std::swap(transposed.dimensions[2], transposed.dimensions[3]);
  std::swap(transposed.strides[2], transposed.strides[3]);
  Node score = matmul(io_tensor(kIdQ), tensor(kIdK, transposed, io_, Storage::Memory), scores());
  score = map(Pointwise::Multiply, score, scalar(kIdScale), scores());
  if (shape_.causal) score = mask_future(score);
  Node largest = reduce(ReduceOperator::Max, score, row_numbers());
  Node weight = map(Pointwise::Exp, map(Pointwise::Subtract, score, largest, scores()), nullptr, scores());
  Node sum = reduce(ReduceOperator::Add, weight, row_numbers());
  map(Pointwise::Add, largest, map(Pointwise::Log, sum, nullptr, row_numbers()), row_numbers());
  Node probability = map(Pointwise::Divide, weight, sum, scores(io_));
  matmul(probability, io_tensor(kIdV), io_tensor(kIdO));
}

Descriptor Builder::finish(const Target& target) {
  std::vector<RawDescriptor> list;
  for (const Descriptor& one : operations_) list.push_back(one.raw());
  Descriptor graph(api_, Kind::OperationGraph);
  graph.set(Attribute::GraphOperations, Type::Descriptor, list.size(), list.data());
  if (target.handle != nullptr) graph.set(Attribute::GraphHandle, Type::Handle, target.handle);
  graph.finalize("the operation graph");
  return graph;
}

}  // namespace

std::vector<Form> forms(std::size_t version, const attention::Shape& shape) {
  if (version >= kFirstUnified && !shape.causal) return {Form::Unified, Form::Composed};
  return {Form::Composed};
}

Descriptor operation_graph(const std::shared_ptr<const Api>& api, Form form, const attention::Shape& shape,
                           ratchet_type type, const Target& target) {
  Builder builder(api, shape, type);
  form == Form::Unified ? builder.unified() : builder.composed();
  return builder.finish(target);
}

}  // namespace ratchet::kernels::cudnn
