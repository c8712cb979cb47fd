/* The C ABI between a module (a shared library of benchmark cases) and the measuring host.
 *
 * A module says what can be measured and does one call of it; the host owns memory, order, clocks and judgement. A module
 * must never allocate its inputs or outputs, time anything, or synchronise inside launch(). All pointers that a
 * module hands out stay valid until the library is unloaded. C11 and C++. Version 1 is frozen (tests/kernels/abi_1.h):
 * another layout gets another number, and a host reads every number up to its own. */
#pragma once
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RATCHET_ABI 1u

typedef enum ratchet_device { RATCHET_CPU = 0, RATCHET_CUDA = 1 } ratchet_device;

typedef enum ratchet_type { RATCHET_F32 = 0, RATCHET_F16 = 1, RATCHET_BF16 = 2, RATCHET_F64 = 3, RATCHET_U8 = 4 } ratchet_type;

/* What a buffer holds when a call starts. Inputs are checked to be unchanged at the end; outputs are filled with 0xFF bytes
 * (NaN in every float type) before each verified call and compared with the reference; scratch is neither. */
typedef enum ratchet_fill {
  RATCHET_OUTPUT = 0,
  RATCHET_ZERO = 1,
  RATCHET_UNIFORM = 2, /* [0, 1) */
  RATCHET_NORMAL = 3,  /* mean 0, standard deviation 1 */
  RATCHET_SCRATCH = 4
} ratchet_fill;

/* L2 (last-level cache on a CPU) state at the start of a timed call; part of a case's identity. */
typedef enum ratchet_l2 { RATCHET_L2_WARM = 0, RATCHET_L2_COLD = 1 } ratchet_l2;

/* Whose clock a call is timed by; part of a case's identity. By the device, launches are queued ahead and none of their cost
 * is in the interval. By the host, for cases that are about the launching: from before the first launch() of a batch until
 * its last is done. On a CPU the two are one. */
typedef enum ratchet_timing { RATCHET_TIMED_BY_DEVICE = 0, RATCHET_TIMED_BY_HOST = 1 } ratchet_timing;

/* Two cases, also of two modules, that ask for the same (name, type, fill, count, seed) get the same memory. */
typedef struct ratchet_buffer {
  const char* name;
  uint32_t type;        /* ratchet_type */
  uint32_t fill;        /* ratchet_fill */
  uint64_t count;       /* elements */
  uint64_t seed;        /* of the counter-based generator; ignored where nothing is drawn */
  uint64_t row;         /* outputs: elements a row; errors are judged for the whole and for the worst row */
  double rel_l2_max;    /* outputs: bound on |out - ref|_2 / |ref|_2 over the whole buffer; 0 demands equality */
  double row_error_max; /* outputs: the same bound for the worst row */
} ratchet_buffer;

typedef struct ratchet_case {
  const char* id;         /* "op/implementation/key=value,..." printable ASCII, no blanks, unique in the module */
  const char* definition; /* what is computed, in words and numbers; the host hashes it: another text is another benchmark */
  const char* source;     /* "kernels/attention/tiled.cu:42" for annotations, or NULL */
  uint64_t bytes;         /* algorithmic: each input read once, each output written once */
  uint64_t flops;
  uint32_t l2;            /* ratchet_l2 */
  uint32_t timing;        /* ratchet_timing; a case timed by the host is warm */
  uint64_t buffer_count;
  const ratchet_buffer* buffers;
} ratchet_case;

/* What the host lends for one prepared case. CUDA: buffers are device memory and stream is the cudaStream_t on which all
 * work is enqueued. CPU: buffers are 64-byte aligned memory, stream is NULL, and parallel_for is the host's
 * thread pool: it calls task(context, index) for index 0..tasks-1 and returns when all are done. Both modules of a
 * duet share the pool, so that neither is biased by its own threads. */
typedef struct ratchet_call {
  void* const* buffers; /* in the order of ratchet_case.buffers */
  void* stream;
  uint32_t threads;
  void* pool;
  void (*parallel_for)(void* pool, uint32_t tasks, void (*task)(void* context, uint32_t index), void* context);
} ratchet_call;

/* What prepare() may return where the machine lacks something optional that the case needs, such as a vendor's library:
 * last_error() says what. The case is listed as unavailable, with that reason, and is no fault of the module. */
#define RATCHET_UNAVAILABLE 2

/* Functions return 0, or non-zero with a message in last_error() (of the calling thread). */
typedef struct ratchet_module {
  uint32_t abi;    /* RATCHET_ABI */
  uint32_t device; /* ratchet_device */
  const char* name;
  uint32_t case_count;
  const ratchet_case* cases;
  /* Once per case before anything else; may take time. call stays valid until release. */
  int (*prepare)(const ratchet_case* which, const ratchet_call* call, void** state);
  /* Enqueues one call (CUDA; must be capturable in a graph) or performs it (CPU). */
  int (*launch)(void* state);
  /* Writes what each output should be, in double precision, computed apart from launch(). expected[k] belongs to the
   * k-th buffer with fill RATCHET_OUTPUT, has its count, and lies on the module's device. */
  int (*reference)(void* state, double* const* expected);
  void (*release)(void* state);
  const char* (*last_error)(void);
} ratchet_module;

/* The one symbol a module exports: const ratchet_module* ratchet_module_entry(void); NULL is an error. */
#define RATCHET_MODULE_ENTRY "ratchet_module_entry"
#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
const ratchet_module* ratchet_module_entry(void);

#ifdef __cplusplus
}
#endif
