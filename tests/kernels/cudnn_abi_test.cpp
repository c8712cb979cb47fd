// Our declarations of cuDNN against NVIDIA's, where these are installed.
#include "kernels/peers/cudnn_abi.h"

#include <doctest/doctest.h>

#include <iostream>

#if __has_include(<cudnn_graph.h>)
#include <cudnn_graph.h>
#include <cudnn_version.h>

#include <type_traits>

// Handles in graphs and plans are deprecated since 9.8, which takes none, and needed before.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace cudnn = ratchet::kernels::cudnn;
using cudnn::Attribute;
using cudnn::DataType;
using cudnn::Functions;
using cudnn::HeuristicsMode;
using cudnn::Kind;
using cudnn::Pointwise;
using cudnn::ReduceOperator;
using cudnn::Type;

#define SAME(ours, theirs) static_assert(static_cast<int>(ours) == static_cast<int>(theirs))

static_assert(CUDNN_MAJOR == cudnn::kMajor);
SAME(cudnn::kSuccess, CUDNN_STATUS_SUCCESS);
static_assert(std::is_same_v<cudnn::RawDescriptor, cudnnBackendDescriptor_t>);
static_assert(sizeof(cudnn::RawHandle) == sizeof(cudnnHandle_t) && sizeof(cudnn::Status) == sizeof(cudnnStatus_t));
static_assert(sizeof(Attribute) == sizeof(cudnnBackendAttributeName_t));
static_assert(sizeof(DataType) == sizeof(cudnnDataType_t) && sizeof(Kind) == sizeof(cudnnBackendDescriptorType_t));

SAME(DataType::Float, CUDNN_DATA_FLOAT);
SAME(DataType::Half, CUDNN_DATA_HALF);
SAME(DataType::Int32, CUDNN_DATA_INT32);
SAME(DataType::BFloat16, CUDNN_DATA_BFLOAT16);
SAME(DataType::Boolean, CUDNN_DATA_BOOLEAN);

SAME(Kind::Pointwise, CUDNN_BACKEND_POINTWISE_DESCRIPTOR);
SAME(Kind::Engine, CUDNN_BACKEND_ENGINE_DESCRIPTOR);
SAME(Kind::EngineConfig, CUDNN_BACKEND_ENGINECFG_DESCRIPTOR);
SAME(Kind::EngineHeuristics, CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
SAME(Kind::ExecutionPlan, CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
SAME(Kind::KnobChoice, CUDNN_BACKEND_KNOB_CHOICE_DESCRIPTOR);
SAME(Kind::OperationPointwise, CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
SAME(Kind::OperationGraph, CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
SAME(Kind::VariantPack, CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
SAME(Kind::Tensor, CUDNN_BACKEND_TENSOR_DESCRIPTOR);
SAME(Kind::Matmul, CUDNN_BACKEND_MATMUL_DESCRIPTOR);
SAME(Kind::OperationMatmul, CUDNN_BACKEND_OPERATION_MATMUL_DESCRIPTOR);
SAME(Kind::Reduction, CUDNN_BACKEND_REDUCTION_DESCRIPTOR);
SAME(Kind::OperationReduction, CUDNN_BACKEND_OPERATION_REDUCTION_DESCRIPTOR);

SAME(Type::Handle, CUDNN_TYPE_HANDLE);
SAME(Type::DataType, CUDNN_TYPE_DATA_TYPE);
SAME(Type::Boolean, CUDNN_TYPE_BOOLEAN);
SAME(Type::Int64, CUDNN_TYPE_INT64);
SAME(Type::VoidPointer, CUDNN_TYPE_VOID_PTR);
SAME(Type::HeuristicsMode, CUDNN_TYPE_HEUR_MODE);
SAME(Type::KnobType, CUDNN_TYPE_KNOB_TYPE);
SAME(Type::PointwiseMode, CUDNN_TYPE_POINTWISE_MODE);
SAME(Type::Descriptor, CUDNN_TYPE_BACKEND_DESCRIPTOR);
SAME(Type::ReductionOperator, CUDNN_TYPE_REDUCTION_OPERATOR_TYPE);
SAME(Type::Char, CUDNN_TYPE_CHAR);

SAME(Attribute::PointwiseMode, CUDNN_ATTR_POINTWISE_MODE);
SAME(Attribute::PointwiseMathPrecision, CUDNN_ATTR_POINTWISE_MATH_PREC);
SAME(Attribute::PointwiseAxis, CUDNN_ATTR_POINTWISE_AXIS);
SAME(Attribute::HeuristicsMode, CUDNN_ATTR_ENGINEHEUR_MODE);
SAME(Attribute::HeuristicsOperationGraph, CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH);
SAME(Attribute::HeuristicsResults, CUDNN_ATTR_ENGINEHEUR_RESULTS);
SAME(Attribute::EngineConfigEngine, CUDNN_ATTR_ENGINECFG_ENGINE);
SAME(Attribute::EngineConfigKnobChoices, CUDNN_ATTR_ENGINECFG_KNOB_CHOICES);
SAME(Attribute::PlanHandle, CUDNN_ATTR_EXECUTION_PLAN_HANDLE);
SAME(Attribute::PlanEngineConfig, CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG);
SAME(Attribute::PlanWorkspaceSize, CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE);
SAME(Attribute::PlanJson, CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION);
SAME(Attribute::KnobChoiceType, CUDNN_ATTR_KNOB_CHOICE_KNOB_TYPE);
SAME(Attribute::KnobChoiceValue, CUDNN_ATTR_KNOB_CHOICE_KNOB_VALUE);
SAME(Attribute::OperationPointwise, CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR);
SAME(Attribute::OperationPointwiseX, CUDNN_ATTR_OPERATION_POINTWISE_XDESC);
SAME(Attribute::OperationPointwiseB, CUDNN_ATTR_OPERATION_POINTWISE_BDESC);
SAME(Attribute::OperationPointwiseY, CUDNN_ATTR_OPERATION_POINTWISE_YDESC);
SAME(Attribute::OperationPointwiseT, CUDNN_ATTR_OPERATION_POINTWISE_TDESC);
SAME(Attribute::GraphHandle, CUDNN_ATTR_OPERATIONGRAPH_HANDLE);
SAME(Attribute::GraphOperations, CUDNN_ATTR_OPERATIONGRAPH_OPS);
SAME(Attribute::TensorAlignment, CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT);
SAME(Attribute::TensorDataType, CUDNN_ATTR_TENSOR_DATA_TYPE);
SAME(Attribute::TensorDimensions, CUDNN_ATTR_TENSOR_DIMENSIONS);
SAME(Attribute::TensorStrides, CUDNN_ATTR_TENSOR_STRIDES);
SAME(Attribute::TensorUniqueId, CUDNN_ATTR_TENSOR_UNIQUE_ID);
SAME(Attribute::TensorIsVirtual, CUDNN_ATTR_TENSOR_IS_VIRTUAL);
SAME(Attribute::TensorIsByValue, CUDNN_ATTR_TENSOR_IS_BY_VALUE);
SAME(Attribute::PackUniqueIds, CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS);
SAME(Attribute::PackPointers, CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS);
SAME(Attribute::PackWorkspace, CUDNN_ATTR_VARIANT_PACK_WORKSPACE);
SAME(Attribute::EngineIndex, CUDNN_ATTR_ENGINE_GLOBAL_INDEX);
SAME(Attribute::MatmulComputeType, CUDNN_ATTR_MATMUL_COMP_TYPE);
SAME(Attribute::OperationMatmulA, CUDNN_ATTR_OPERATION_MATMUL_ADESC);
SAME(Attribute::OperationMatmulB, CUDNN_ATTR_OPERATION_MATMUL_BDESC);
SAME(Attribute::OperationMatmulC, CUDNN_ATTR_OPERATION_MATMUL_CDESC);
SAME(Attribute::OperationMatmul, CUDNN_ATTR_OPERATION_MATMUL_DESC);
SAME(Attribute::ReductionOperator, CUDNN_ATTR_REDUCTION_OPERATOR);
SAME(Attribute::ReductionComputeType, CUDNN_ATTR_REDUCTION_COMP_TYPE);
SAME(Attribute::OperationReductionX, CUDNN_ATTR_OPERATION_REDUCTION_XDESC);
SAME(Attribute::OperationReductionY, CUDNN_ATTR_OPERATION_REDUCTION_YDESC);
SAME(Attribute::OperationReduction, CUDNN_ATTR_OPERATION_REDUCTION_DESC);

SAME(Pointwise::Add, CUDNN_POINTWISE_ADD);
SAME(Pointwise::Multiply, CUDNN_POINTWISE_MUL);
SAME(Pointwise::Divide, CUDNN_POINTWISE_DIV);
SAME(Pointwise::Subtract, CUDNN_POINTWISE_SUB);
SAME(Pointwise::Exp, CUDNN_POINTWISE_EXP);
SAME(Pointwise::Log, CUDNN_POINTWISE_LOG);
SAME(Pointwise::GreaterEqual, CUDNN_POINTWISE_CMP_GE);
SAME(Pointwise::GenerateIndex, CUDNN_POINTWISE_GEN_INDEX);
SAME(Pointwise::Select, CUDNN_POINTWISE_BINARY_SELECT);

SAME(ReduceOperator::Add, CUDNN_REDUCE_TENSOR_ADD);
SAME(ReduceOperator::Max, CUDNN_REDUCE_TENSOR_MAX);
SAME(HeuristicsMode::A, CUDNN_HEUR_MODE_A);
SAME(HeuristicsMode::B, CUDNN_HEUR_MODE_B);
SAME(HeuristicsMode::Fallback, CUDNN_HEUR_MODE_FALLBACK);

#if CUDNN_VERSION >= 91301  // described devices and the unified node are not in older headers
SAME(Kind::DeviceProperties, CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR);
SAME(Kind::OperationSdpaForward, CUDNN_BACKEND_OPERATION_SDPA_FWD_DESCRIPTOR);
SAME(Attribute::HeuristicsDeviceProperties, CUDNN_ATTR_ENGINEHEUR_DEVICEPROP);
SAME(Attribute::PlanDeviceProperties, CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP);
SAME(Attribute::DevicePropertiesJson, CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION);
SAME(Attribute::SdpaForwardQ, CUDNN_ATTR_OPERATION_SDPA_FWD_QDESC);
SAME(Attribute::SdpaForwardK, CUDNN_ATTR_OPERATION_SDPA_FWD_KDESC);
SAME(Attribute::SdpaForwardV, CUDNN_ATTR_OPERATION_SDPA_FWD_VDESC);
SAME(Attribute::SdpaForwardO, CUDNN_ATTR_OPERATION_SDPA_FWD_ODESC);
SAME(Attribute::SdpaForwardScale, CUDNN_ATTR_OPERATION_SDPA_FWD_SCALEDESC);
#endif

// A pointer to theirs converts to ours when the counts of arguments and the sizes agree; enumerations differ in name.
template <class... Ours, class... Theirs>
constexpr bool alike(cudnn::Status (*)(Ours...), cudnnStatus_t (*)(Theirs...)) {
  if constexpr (sizeof...(Ours) != sizeof...(Theirs)) {
    return false;
  } else {
    return ((sizeof(Ours) == sizeof(Theirs) && std::is_pointer_v<Ours> == std::is_pointer_v<Theirs>)&&...);
  }
}
#define ALIKE(function) static_assert(alike(decltype(Functions::function)(nullptr), decltype (&::function)(nullptr)))
ALIKE(cudnnCreate);
ALIKE(cudnnSetStream);
ALIKE(cudnnBackendCreateDescriptor);
ALIKE(cudnnBackendDestroyDescriptor);
ALIKE(cudnnBackendFinalize);
ALIKE(cudnnBackendSetAttribute);
ALIKE(cudnnBackendGetAttribute);
ALIKE(cudnnBackendExecute);
static_assert(std::is_same_v<decltype(Functions::cudnnGetVersion), decltype(&::cudnnGetVersion)>);

TEST_CASE("cuDNN: our declarations are those of the installed headers") {
  std::cout << "compared with the headers of cuDNN " << CUDNN_MAJOR << '.' << CUDNN_MINOR << '.' << CUDNN_PATCHLEVEL
            << '\n';
  CHECK(CUDNN_MAJOR == cudnn::kMajor);
}

#else

TEST_CASE("cuDNN: our declarations are those of the installed headers") {
  std::cout << "not compared: cudnn_graph.h is not installed\n";
}

#endif
