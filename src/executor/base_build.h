// Builds the modules and command suites of another revision, so that they can be measured beside the candidate's on the same machine. The
// user's work tree is never touched: the revision is checked out into a folder of ours, which is removed on every path.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "ratchet/run.h"
#include "src/repository/config.h"

namespace ratchet::executor {

struct BaseBuild {
  Commit commit;
  // In the order of config.modules, where one that is not built here may be missing; then the artefacts of
  // config.commands.
  std::vector<std::filesystem::path> modules;
  bool cached = false;                         // made by an earlier call
};

// Whether there is anything that another revision could be measured by: modules with a command that makes them, or
// command suites, which may need none.
[[nodiscard]] bool can_build(const repository::Config& config);

// Modules are kept in <db_folder>/builds/<tree>/, since commits of one tree hold the same code, and made anew when the
// build command has changed; a changed compiler or driver is not noticed (remove the folder). The build's output goes
// to <db_folder>/builds/<tree>.log. One build at a time in a db_folder; others wait. Throws Error when the revision is
// unknown, nothing is configured to build, the command fails (with its last lines) or a module that is built here is missing afterwards.
[[nodiscard]] BaseBuild build_base(const repository::Config& config, const std::string& revision,
                                   const std::filesystem::path& db_folder);

}  // namespace ratchet::executor
