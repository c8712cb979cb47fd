#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "db/durable.h"
#include "ratchet/error.h"
#include "src/cli/commands.h"

namespace ratchet::cli {
namespace {

struct Copied {
  std::filesystem::path file;
  std::size_t runs = 0;
  std::vector<std::string> missing;
};

std::size_t runs_in(const std::filesystem::path& file) {
  return db::Store(file, db::Mode::ReadOnly).runs({}).size();
}

Copied back_up(Context& context, const std::filesystem::path& file) {
  context.store(db::Mode::ReadOnly).back_up(file);
  return {file, runs_in(file), {}};
}

Copied salvage(Context& context, const std::filesystem::path& file) {
  if (std::filesystem::exists(file)) throw Error(file.string() + ": exists already; give the new file another name");
  const std::filesystem::path folder = file.parent_path();
  db::create_folders(folder);
  db::IncomingFile incoming(folder);
  Copied copied{file, 0, {}};
  {
    db::Store fresh(incoming.path(), db::Mode::ReadWrite);
    copied.missing = context.store(db::Mode::ReadOnly).salvage_into(fresh);
    const std::vector<std::string> problems = fresh.check();
    if (!problems.empty()) throw Error(file.string() + ": not made, the new file is not sound: " + problems.front());
  }
  copied.runs = runs_in(incoming.path());
  incoming.publish_as(file);
  return copied;
}

std::string as_json(const Copied& copied) {
  return nlohmann::ordered_json{{"format", "ratchet.copy/1"},
                                {"file", copied.file.string()},
                                {"runs", copied.runs},
                                {"missing", copied.missing}}
             .dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) +
         "\n";
}

}  // namespace

int database(Context& context, const po::variables_map& values) {
  const std::string action = text_of(values, "action");
  const std::string name = text_of(values, "file");
  if ((action != "backup" && action != "salvage") || name.empty())
    throw Error("say `ratchet db backup FILE` or `ratchet db salvage FILE`, with the name of a new file");
  const std::filesystem::path file = std::filesystem::absolute(name);
  const Copied copied = action == "backup" ? back_up(context, file) : salvage(context, file);
  if (context.json()) {
    context.out() << as_json(copied);
  } else {
    for (const std::string& line : copied.missing) context.out() << "missing: " << report::printable(line) << "\n";
    context.out() << fmt::format("{}: {} {}\n", report::printable(file.string()), copied.runs,
                                 copied.runs == 1 ? "run" : "runs");
  }
  return copied.missing.empty() ? 0 : 2;
}

}  // namespace ratchet::cli
