// The part of cuDNN 9's backend API that attention needs, declared here so that neither building nor running needs
// cuDNN. Values and signatures are those of NVIDIA's public headers cudnn_graph.h and cudnn_version.h, which keep them
// within a major version; tests/kernels/cudnn_abi_test.cpp compares each with those headers where they are installed.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ratchet::kernels::cudnn {

using RawHandle = struct HandleObject*;  // cudnnHandle_t
using RawDescriptor = void*;             // cudnnBackendDescriptor_t
using Status = int;                      // cudnnStatus_t
inline constexpr Status kSuccess = 0;
inline constexpr std::size_t kMajor = 9;

enum class DataType : int { Float = 0, Half = 2, Int32 = 4, BFloat16 = 9, Boolean = 11 };  // cudnnDataType_t

// cudnnBackendDescriptorType_t
enum class Kind : int {
  Pointwise = 0,
  Engine = 2,
  EngineConfig = 3,
  EngineHeuristics = 4,
  ExecutionPlan = 5,
  KnobChoice = 7,
  OperationPointwise = 13,
  OperationGraph = 15,
  VariantPack = 16,
  Tensor = 17,
  Matmul = 18,
  OperationMatmul = 19,
  Reduction = 21,
  OperationReduction = 22,
  DeviceProperties = 38,
  OperationSdpaForward = 41
};

// cudnnBackendAttributeType_t
enum class Type : int {
  Handle = 0,
  DataType = 1,
  Boolean = 2,
  Int64 = 3,
  VoidPointer = 6,
  HeuristicsMode = 8,
  KnobType = 9,
  PointwiseMode = 14,
  Descriptor = 15,
  ReductionOperator = 18,
  Char = 24
};

// cudnnBackendAttributeName_t
enum class Attribute : int {
  PointwiseMode = 0,
  PointwiseMathPrecision = 1,
  PointwiseAxis = 9,
  HeuristicsMode = 200,
  HeuristicsOperationGraph = 201,
  HeuristicsResults = 202,
  HeuristicsDeviceProperties = 204,
  EngineConfigEngine = 300,
  EngineConfigKnobChoices = 302,
  PlanHandle = 400,
  PlanEngineConfig = 401,
  PlanWorkspaceSize = 402,
  PlanJson = 405,
  PlanDeviceProperties = 407,
  KnobChoiceType = 600,
  KnobChoiceValue = 601,
  OperationPointwise = 750,
  OperationPointwiseX = 751,
  OperationPointwiseB = 752,
  OperationPointwiseY = 753,
  OperationPointwiseT = 758,
  GraphHandle = 800,
  GraphOperations = 801,
  TensorAlignment = 900,
  TensorDataType = 901,
  TensorDimensions = 902,
  TensorStrides = 903,
  TensorUniqueId = 906,
  TensorIsVirtual = 907,
  TensorIsByValue = 908,
  PackUniqueIds = 1000,
  PackPointers = 1001,
  PackWorkspace = 1003,
  EngineIndex = 1301,
  MatmulComputeType = 1500,
  OperationMatmulA = 1520,
  OperationMatmulB = 1521,
  OperationMatmulC = 1522,
  OperationMatmul = 1523,
  ReductionOperator = 1600,
  ReductionComputeType = 1601,
  OperationReductionX = 1610,
  OperationReductionY = 1611,
  OperationReduction = 1612,
  DevicePropertiesJson = 2702,
  SdpaForwardQ = 2800,
  SdpaForwardK = 2801,
  SdpaForwardV = 2802,
  SdpaForwardO = 2803,
  SdpaForwardScale = 2805
};

// cudnnPointwiseMode_t
enum class Pointwise : int {
  Add = 0,
  Multiply = 1,
  Divide = 6,
  Subtract = 9,
  Exp = 13,
  Log = 15,
  GreaterEqual = 303,
  GenerateIndex = 501,
  Select = 601
};

enum class ReduceOperator : int { Add = 0, Max = 3 };            // cudnnReduceTensorOp_t
enum class HeuristicsMode : int { B = 1, Fallback = 2, A = 3 };  // cudnnBackendHeurMode_t

// The functions, under their own names: each is looked up by it.
struct Functions {
  std::size_t (*cudnnGetVersion)();
  const char* (*cudnnGetErrorString)(Status);
  void (*cudnnGetLastErrorString)(char* text, std::size_t size);
  Status (*cudnnCreate)(RawHandle*);
  Status (*cudnnSetStream)(RawHandle, void* stream);
  Status (*cudnnBackendCreateDescriptor)(Kind, RawDescriptor*);
  Status (*cudnnBackendDestroyDescriptor)(RawDescriptor);
  Status (*cudnnBackendFinalize)(RawDescriptor);
  Status (*cudnnBackendSetAttribute)(RawDescriptor, Attribute, Type, std::int64_t count, const void* elements);
  Status (*cudnnBackendGetAttribute)(RawDescriptor, Attribute, Type, std::int64_t wanted, std::int64_t* count,
                                     void* elements);
  Status (*cudnnBackendExecute)(RawHandle, RawDescriptor plan, RawDescriptor variant_pack);
};

}  // namespace ratchet::kernels::cudnn
