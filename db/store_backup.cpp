#include "db/durable.h"
#include "db/store.h"

namespace ratchet::db {
namespace {

// A file that is missing is for the check to judge: only those of baselines must be there.
void copy_modules(Connection& copied, const ModuleStore& from, ModuleStore& to) {
  Statement select(copied, "read the modules", "SELECT sha256 FROM modules");
  for (select.start(); select.step();) {
    const std::string hash = select.text(0);
    if (from.contains(hash) && !to.contains(hash)) static_cast<void>(to.put(from.path(hash)));
  }
}

}  // namespace

void Store::back_up(const std::filesystem::path& to) {
  const std::filesystem::path name = std::filesystem::absolute(to);
  if (std::filesystem::exists(name)) throw Error(name.string() + ": exists already; give the copy a new name");
  create_folders(name.parent_path());
  IncomingFile incoming(name.parent_path());
  {
    Connection copy(incoming.path(), Mode::ReadWrite, connection_.patience());
    connection_.copy_to(copy);
    ModuleStore modules(name.parent_path() / "modules");
    copy_modules(copy, modules_, modules);
  }
  const std::vector<std::string> problems = Store(incoming.path(), Mode::ReadOnly).check();
  if (!problems.empty()) throw Error(name.string() + ": not made, the copy is not sound: " + problems.front());
  incoming.publish_as(name);
}

}  // namespace ratchet::db
