// Starts a program as a child in a process group of its own, which is killed when the thread that started it dies. The
// executor waits for what it starts, so nothing goes on to measure, and to hold a device, for a parent who was killed.
#pragma once

#include <sys/types.h>

#include "src/executor/handle.h"
#include "src/executor/process.h"

namespace ratchet::executor {

struct Pipe {
  Handle read_end;
  Handle write_end;
};

[[nodiscard]] Pipe make_pipe();

// in, out and err become its standard streams; no other descriptor reaches it. Error when it could not be started.
[[nodiscard]] pid_t spawn(const Command& command, int in, int out, int err);

}  // namespace ratchet::executor
