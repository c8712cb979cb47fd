#include "ratchet/error.h"
#include "src/cli/commands.h"
#include "src/documents/documents.h"

namespace ratchet::cli {

void declare_init(po::options_description& options) {
  options.add_options()("module", po::value<std::vector<std::string>>()->value_name("FILE"),
                        "a module to measure, relative to the repository's root (repeatable)");
}

int init(Context& context, const po::variables_map& values) {
  const std::filesystem::path file = context.root() / repository::kConfigName;
  if (std::filesystem::exists(file)) throw Error(file.string() + " exists already; edit it instead");
  documents::replace_file(file, repository::commented_template(texts_of(values, "module")));
  context.out() << "wrote " << file.string()
                << "; next: build your modules, then `ratchet doctor` and `ratchet record`\n";
  return 0;
}

}  // namespace ratchet::cli
