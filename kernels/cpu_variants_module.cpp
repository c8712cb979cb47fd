// The module ratchet_cpu_variants: what `ratchet tune` chooses from on a CPU. No gate measures it.
#include "kernels/transposition/transposition.h"

const ratchet_module* ratchet_module_entry() {
  return ratchet::kernels::export_module<ratchet::kernels::transposition::blocked_space>("ratchet_cpu_variants",
                                                                                        RATCHET_CPU);
}
