// A dispatch table of `ratchet tune` over attention/tiled; ratchet/method.md says how a variant is chosen. Written anew it keeps
// the rows of other devices.
#pragma once

#include "kernels/dispatch.h"

namespace ratchet::kernels::dispatch {

// Not measured yet: every shape takes the plan that launch_tiled.cuh names. Without rows no lookup is compiled.
inline constexpr std::array<DispatchRow, 0> attention_tiled{};

}  // namespace ratchet::kernels::dispatch
