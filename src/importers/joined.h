// Several files of one adapter as what they are to ratchet: the launches of one run, a run a device. And what makes an
// imported run its own: a name from its contents, and an environment that never compares with one that was measured.
#pragma once

#include <string>
#include <vector>

#include "src/importers/adapter.h"

namespace ratchet::importers {

// Run i of every reading is a further invocation on the same device: launches follow each other in the order of the
// readings. Runs that have a uuid are whole and stay apart. Throws Error, naming `files[i]`, for files of different
// devices or commits, and for a case that moves other bytes.
[[nodiscard]] std::vector<Run> joined(const std::vector<Reading>& readings, const std::vector<std::string>& files);

// The environment that the numbers of an import have: what the file says, else a CPU named `device`; and a clock policy
// "imported:<adapter>" that no measuring host has, since nobody knows how the other tool's clocks were. A run that has
// a uuid was measured by ratchet and keeps its own. Where only some of the runs name their device, `device` is that of the others.
// Error when nothing names a device, or both do and disagree.
void place(std::vector<Run>& runs, const Adapter& adapter, const std::string& device, const std::string& file);

// In the shape of a uuid, from hex digits of a hash of the contents and the number of the run in it.
[[nodiscard]] std::string uuid_of(const std::string& sha256, std::size_t index);

}  // namespace ratchet::importers
