// The first visible GPU as a device. This header names nothing of CUDA, so that its user compiles without the toolkit.
#pragma once

#include <memory>

#include "src/bench/device.h"

namespace ratchet::bench {

// Throws Error when no GPU can be used. The GPU itself is not touched before something is allocated or measured.
[[nodiscard]] std::unique_ptr<Device> open_cuda_device();

// Where the files in /dev are not there yet, as after a boot without a display, the driver's first user loads the kernel's
// part and makes them, with the help of a program of root's.
void wake_cuda_driver() noexcept;

}  // namespace ratchet::bench
