#include "src/cli/candidate_build.h"

#include "ratchet/error.h"
#include "src/executor/process.h"

namespace ratchet::cli {

void build_candidate(Context& context) {
  const repository::Config& config = context.config();
  if (config.build.empty()) return;
  executor::Command command;
  command.argv = {"sh", "-c", "exec 1>&2\n" + config.build};
  command.cwd = config.root;
  command.environment.assign(executor::kSecrets.begin(), executor::kSecrets.end());
  command.stderr_to = executor::Stderr::Forward;
  const executor::Result result = executor::run(command);
  if (!result.ok()) throw Error("building the candidate with \"" + config.build + "\" " + executor::ending(result));
}

}  // namespace ratchet::cli
