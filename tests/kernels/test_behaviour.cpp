#include "tests/kernels/test_module.h"

const ratchet::kernels::test::Behaviour ratchet::kernels::test::kBehaviour = Behaviour::BEHAVIOUR;
const double ratchet::kernels::test::kExtraWorkPercent = EXTRA_WORK_PERCENT;
