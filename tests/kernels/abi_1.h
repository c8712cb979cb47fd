/* Version 1 of kernels/module.h as it was when it was frozen, without its comments. Never edit it: modules that were built
 * with it are kept as baselines, and every later ratchet-bench has to load them. */
#pragma once
#include <stdint.h>

typedef struct ratchet_buffer {
  const char* name;
  uint32_t type;
  uint32_t fill;
  uint64_t count;
  uint64_t seed;
  uint64_t row;
  double rel_l2_max;
  double row_error_max;
} ratchet_buffer;

typedef struct ratchet_case {
  const char* id;
  const char* definition;
  const char* source;
  uint64_t bytes;
  uint64_t flops;
  uint32_t l2;
  uint32_t timing;
  uint64_t buffer_count;
  const ratchet_buffer* buffers;
} ratchet_case;

typedef struct ratchet_call {
  void* const* buffers;
  void* stream;
  uint32_t threads;
  void* pool;
  void (*parallel_for)(void* pool, uint32_t tasks, void (*task)(void* context, uint32_t index), void* context);
} ratchet_call;

typedef struct ratchet_module {
  uint32_t abi;
  uint32_t device;
  const char* name;
  uint32_t case_count;
  const ratchet_case* cases;
  int (*prepare)(const ratchet_case* which, const ratchet_call* call, void** state);
  int (*launch)(void* state);
  int (*reference)(void* state, double* const* expected);
  void (*release)(void* state);
  const char* (*last_error)(void);
} ratchet_module;

__attribute__((visibility("default"))) const ratchet_module* ratchet_module_entry(void);
