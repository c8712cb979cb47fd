#include "src/cli/manual.h"

#include <fmt/format.h>

#include <sstream>

#include "ratchet/error.h"
#include "src/cli/commands.h"
#include "src/cli/embedded.h"

namespace ratchet::cli {

void declare_common(po::options_description& options, CommonOptions& common) {
  options.add_options()("json", po::bool_switch(&common.json), "print the result as JSON, alone on stdout")(
      "color", po::value(&common.color)->value_name("WHEN"), "auto (default), always or never; NO_COLOR is respected")(
      "db", po::value(&common.db)->value_name("FILE"),
      "database; else RATCHET_DB, else .ratchet/ratchet.db at the repository's root")(
      "config", po::value(&common.config)->value_name("FILE"),
      "configuration; else ratchet.json in this folder or above")(
      "verbose", po::bool_switch(&common.verbose), "say on stderr what is done")("help", "show this and exit")(
      "version", "show the version and exit");
}

std::string overview() {
  std::string text =
      "usage: ratchet COMMAND [options]\n\nStops performance regressions from being merged.\n\ncommands:\n";
  for (const Command& command : commands()) text += fmt::format("  {:<10} {}\n", command.name, command.about);
  text += "\ntopics of `ratchet help TOPIC`:\n";
  for (const Topic& topic : topics()) text += fmt::format("  {:<10} {}\n", topic.name, topic.about);
  text += "\n`ratchet COMMAND --help` lists a command's options.\nexit codes:";
  for (const ExitCode& code : exit_codes())
    text += fmt::format("{}{} {}", code.code == 0 ? " " : ", ", code.code, code.meaning);
  return text + "\n";
}

std::string help_of(const Command& command) {
  CommonOptions unused;
  po::options_description own("options");
  po::options_description common("common options");
  if (command.declare != nullptr) command.declare(own);
  declare_common(common, unused);
  std::ostringstream listed;
  if (!own.options().empty()) listed << "\n" << own;
  listed << "\n" << common;
  return "usage: ratchet " + command.name + (command.synopsis.empty() ? "" : " " + command.synopsis) +
         " [options]\n\n" + command.about + "\n" + listed.str();
}

const Command* find_command(const std::string& name) {
  for (const Command& command : commands()) {
    if (command.name == name) return &command;
  }
  return nullptr;
}

const std::vector<ExitCode>& exit_codes() {
  static const std::vector<ExitCode> list{
      {0, "pass"}, {1, "regression"}, {2, "usage, fault or unfit machine"}, {3, "no verdict"}};
  return list;
}

const std::vector<Topic>& topics() {
  static const std::vector<Topic> list{
      {"exit-codes", "what 0, 1, 2 and 3 mean, and every verdict", "README.md", "### Exit codes and verdicts"},
      {"formats", "the JSON documents, field by field", "formats.md", ""},
      {"method", "how a verdict is reached, and what it promises", "method.md", ""},
      {"modules", "how to write cases of your own", "kernels.md", "## Add a case"},
      {"schema", "what the database holds", "schema.md", ""}};
  return list;
}

std::string text_of(const Topic& topic) {
  const std::string document(embedded(topic.document));
  const std::string heading = topic.heading;
  if (heading.empty()) return document;
  const std::size_t at = document.find("\n" + heading + "\n");
  if (at == std::string::npos) throw Error(std::string(topic.document) + " has no heading \"" + heading + "\"");
  const std::size_t end = document.find("\n## ", at + 1);
  return document.substr(at + 1, end == std::string::npos ? end : end - at);
}

// `ratchet help`: the overview, a command's help or a topic.
int help(Context& context, const po::variables_map& values) {
  const std::string name = text_of(values, "name");
  if (name.empty()) {
    context.out() << overview();
    return 0;
  }
  if (const Command* command = find_command(name)) {
    context.out() << help_of(*command);
    return 0;
  }
  for (const Topic& topic : topics()) {
    if (topic.name != name) continue;
    context.out() << text_of(topic);
    return 0;
  }
  throw Error("there is no command or topic \"" + report::printable(name) + "\"; `ratchet help` lists them");
}

}  // namespace ratchet::cli
