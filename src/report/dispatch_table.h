// The C++ header from which a build takes its variants (kernels/dispatch.h): text that is a function of the tuning and of
// the table that is replaced. Rows of other devices stay, since one machine rarely has two kinds of them.
#pragma once

#include <string>

#include "ratchet/tuning.h"

namespace ratchet::report {

// `along` is the size's key, `command` what measured it, `existing` the file's text or "". Error when that is no such
// table of the same family, and when nothing was taken.
[[nodiscard]] std::string dispatch_table(const Tuning& tuning, const std::string& along, const std::string& command,
                                         const std::string& existing);

}  // namespace ratchet::report
