/* A module in C of the frozen version 1: y = x + 1, timed by the device and by the host. What it says is written with numbers, not
 * with the names of today's header. */
#include "abi_1.h"

enum { kCount = 256 };

static void add_one(void* context, uint32_t task) {
  const ratchet_call* call = context;
  const float* x = call->buffers[0];
  float* y = call->buffers[1];
  for (uint32_t i = task * kCount / 4; i < (task + 1) * kCount / 4; ++i) y[i] = x[i] + 1;
}

static int prepare(const ratchet_case* which, const ratchet_call* call, void** state) {
  (void)which;
  *state = (void*)call;
  return 0;
}

static int launch(void* state) {
  const ratchet_call* call = state;
  call->parallel_for(call->pool, 4, add_one, state);
  return 0;
}

static int reference(void* state, double* const* expected) {
  const ratchet_call* call = state;
  const float* x = call->buffers[0];
  for (int i = 0; i < kCount; ++i) expected[0][i] = (double)x[i] + 1;
  return 0;
}

static void release(void* state) { (void)state; }
static const char* last_error(void) { return "no error"; }

static const ratchet_buffer buffers[] = {
    {"x", 0 /* float */, 2 /* uniform */, kCount, 7, 0, 0, 0},
    {"y", 0 /* float */, 0 /* output */, kCount, 0, 64, 1e-6, 1e-6},
};
static const ratchet_case cases[] = {
    {"increment/c/n=256", "y = x + 1", "abi_1_module.c:1", 2048, 256, 0 /* warm */, 0 /* by the device */, 2, buffers},
    {"increment/c/n=256,timing=host", "y = x + 1", 0, 2048, 256, 0 /* warm */, 1 /* by the host */, 2, buffers},
};
static const ratchet_module module = {1,       0 /* cpu */, "abi_1", 2,       cases,
                                      prepare, launch,      reference, release, last_error};

const ratchet_module* ratchet_module_entry(void) { return &module; }
