#include "src/cli/runs.h"

#include "ratchet/error.h"
#include "src/documents/documents.h"
#include "src/repository/git.h"

namespace ratchet::cli {

Run find_run(Context& context, const std::string& name) {
  if (std::filesystem::exists(name)) return documents::read_run(documents::read_file(name), name);
  db::Store& store = context.store(db::Mode::ReadOnly);
  if (auto run = store.find_run(name)) return *run;
  std::string sha;
  try {
    sha = repository::resolve(std::filesystem::current_path(), name).sha;
  } catch (const Error&) {
    throw Error("\"" + report::printable(name) +
                "\" is neither a file, nor a recorded run, nor a commit; `ratchet log` lists the runs");
  }
  if (auto run = store.find_run(sha)) return *run;
  throw Error("no run of commit " + sha + " is recorded; measure it with `ratchet run`");
}

}  // namespace ratchet::cli
