#include "ratchet/error.h"
#include "src/cli/commands.h"
#include "src/repository/accept_file.h"
#include "src/repository/git.h"

namespace ratchet::cli {

void declare_accept(po::options_description& options) {
  options.add_options()("reason", po::value<std::string>()->value_name("TEXT"), "why the slowdown is worth it")(
      "until", po::value<std::string>()->value_name("YYYY-MM-DD"), "last day on which it holds")(
      "max-percent", po::value<double>()->value_name("P"), "the largest slowdown that is let through");
}

// The reviewed file is what counts: `check` honours what the candidate's commit holds. The database keeps an audit of
// it.
int accept(Context& context, const po::variables_map& values) {
  repository::Acceptance acceptance;
  acceptance.case_pattern = text_of(values, "case");
  acceptance.reason = text_of(values, "reason");
  acceptance.until = text_of(values, "until");
  if (acceptance.case_pattern.empty() || acceptance.reason.empty())
    throw Error("accepting needs the case and --reason TEXT");
  if (values.count("max-percent") > 0) acceptance.max_change_percent = values["max-percent"].as<double>();
  acceptance.commit = repository::head(context.root()).sha;
  acceptance.author = context.actor();
  const std::filesystem::path file = context.root() / repository::kAcceptName;
  repository::append_acceptance(file, acceptance);
  context.store(db::Mode::ReadWrite)
      .accept({acceptance.case_pattern, acceptance.reason, acceptance.author, acceptance.until, context.now()});
  context.out() << "wrote " << file.string() << "; commit it with the change that it accepts\n";
  return 0;
}

}  // namespace ratchet::cli
