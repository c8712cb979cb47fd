// How one of the test modules behaves: test_behaviour.cpp defines the two constants, per module, from its compile
// definitions, so that test_module.cpp is compiled once for all of them.
#pragma once

namespace ratchet::kernels::test {

enum class Behaviour {
  Good,
  Wrong,       // one element is wrong
  Input,       // right, but writes into its input
  Crash,       // writes to address zero
  CrashFirst,  // crashes once: where the file named by RATCHET_TEST_CRASH_FLAG is, which it removes
  ThrowFirst,  // throws once, in the same way
  Hang,        // never returns
  Exit,        // exit(0): the process ends as if all were well
  Throw,       // throws in launch
  Stdout,      // right, but prints what looks like a result
  Prepare,     // prepare fails
  Lacking,     // prepare says that the machine lacks something
  Once,        // right on the first call of the process, then does nothing
  Duplicate,   // two cases of one id
  Empty,       // no cases
  AbiNumber,   // speaks a version of the ABI that does not exist
  NullEntry,   // the entry returns NULL
  Behind,      // writes one element behind the end of its output
  Before,      // writes one element before the beginning of its output
  Flood,       // right, but prints 32 MiB, half of it where errors go
  Scribble,    // right, but writes what looks like a result to every descriptor
  Forge,       // right, but answers the host with a result of another case
  Allocate,    // takes memory until there is no more
  Escape,      // right, and fails when it could write into the folder RATCHET_TEST_ESCAPE, fork or use the network
  Place,       // right, and throws where its path could tell it which side it is
  Flee,        // leaves its process group, forgets to die with its parent, and never returns
};

extern const Behaviour kBehaviour;
extern const double kExtraWorkPercent;  // of the case axpy/repeated; negative is faster

}  // namespace ratchet::kernels::test
