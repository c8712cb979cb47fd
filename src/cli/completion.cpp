#include <fmt/format.h>

#include <boost/program_options.hpp>
#include <typeinfo>

#include "src/cli/manual.h"
#include "src/cli/pages.h"

namespace ratchet::cli {
namespace {

std::vector<Option> listed(const po::options_description& options) {
  std::vector<Option> list;
  for (const auto& one : options.options()) {
    const auto* typed = dynamic_cast<const po::typed_value_base*>(one->semantic().get());
    const bool repeatable = typed != nullptr && typed->value_type() == typeid(std::vector<std::string>);
    std::string value = one->semantic()->max_tokens() == 0 ? "" : one->semantic()->name();
    list.push_back({one->long_name(), value.substr(0, value.find(" (=")), one->description(), repeatable});
  }
  return list;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::vector<Option> all_options(const Command& command) {
  std::vector<Option> all = options_of(command);
  for (const Option& option : common_options()) all.push_back(option);
  return all;
}

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  for (const Command& command : commands()) names.push_back(command.name);
  return names;
}

// `text` with each of `special` behind `escape`.
std::string escaped(const std::string& text, std::string_view special, const char* escape) {
  std::string result;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) result += escape;
    result += c;
  }
  return result;
}

// Within '...' of bash and zsh, where a quote ends the string.
std::string quoted(const std::string& text) {
  std::string result;
  for (const char c : text) result += c == '\'' ? "'\\''" : std::string(1, c);
  return result;
}

}  // namespace

std::vector<Option> options_of(const Command& command) {
  po::options_description options;
  if (command.declare != nullptr) command.declare(options);
  return listed(options);
}

std::vector<Option> common_options() {
  CommonOptions unused;
  po::options_description options;
  declare_common(options, unused);
  return listed(options);
}

std::vector<std::string> choices(const Option& option) {
  if (option.value == "WHEN") return {"auto", "always", "never"};
  if (option.value == "KIND") return {"auto", "cuda", "cpu"};
  if (option.name == "metric") return {"latency", "bandwidth", "memory", "energy"};
  return {};
}

std::vector<std::string> first_words(const Command& command) {
  if (command.name == "baseline") return {"show", "log", "retire"};
  if (command.name == "db") return {"backup", "salvage"};
  if (command.name != "help") return {};
  std::vector<std::string> words = command_names();
  for (const Topic& topic : topics()) words.emplace_back(topic.name);
  return words;
}

bool takes_file(const Option& option) { return option.value == "FILE" || option.value == "FOLDER"; }

bool takes_file(const Command& command) {
  for (const Positional& one : command.positionals) {
    const std::string name = one.name;
    if (name == "file" || name == "expected" || name == "run" || name == "base" || name == "candidate") return true;
  }
  return false;
}

std::string bash_completion() {
  std::string values;
  std::string words;
  for (const Command& command : commands()) {
    std::string names;
    for (const Option& option : all_options(command)) {
      names += " --" + option.name;
      if (option.value.empty()) continue;
      const std::string action = takes_file(option) ? "compopt -o default"
                                 : choices(option).empty()
                                     ? ":"
                                     : "COMPREPLY=($(compgen -W '" + joined(choices(option)) + "' -- \"$word\"))";
      values += fmt::format("    {}:--{}) {}; return ;;\n", command.name, option.name, action);
    }
    words += fmt::format("    {}) words='{}'{} ;;\n", command.name, joined(first_words(command)) + names,
                         takes_file(command) ? "; compopt -o default" : "");
  }
  return "# bash completion of ratchet, generated from its options\n_ratchet() {\n"
         "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]} words=\n"
         "  COMPREPLY=()\n  if [ \"$COMP_CWORD\" -eq 1 ]; then\n    COMPREPLY=($(compgen -W '" +
         joined(command_names()) +
         " --help --version' -- \"$word\"))\n    return\n  fi\n"
         "  case $command:$before in\n" +
         values + "  esac\n  case $command in\n" + words +
         "  esac\n  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n}\ncomplete -F _ratchet ratchet\n";
}

std::string zsh_completion() {
  const auto about = [](const std::string& text) { return quoted(escaped(text, "\\[]:", "\\")); };
  std::string list;
  std::string cases;
  for (const Command& command : commands()) {
    list += fmt::format("    '{}:{}'\n", command.name, quoted(escaped(command.about, "\\:", "\\")));
    std::string specs;
    for (const Option& option : all_options(command)) {
      const std::string action = takes_file(option)        ? "_files"
                                 : choices(option).empty() ? ""
                                                           : "(" + joined(choices(option)) + ")";
      specs += fmt::format(" \\\n        '{}--{}[{}]{}'", option.repeatable ? "*" : "", option.name,
                           about(option.about), option.value.empty() ? "" : ":" + about(option.value) + ":" + action);
    }
    if (!first_words(command).empty())
      specs += fmt::format(" \\\n        '1:{}:({})'", command.positionals[0].name, joined(first_words(command)));
    if (takes_file(command)) specs += " \\\n        '*:file:_files'";
    cases += fmt::format("    {})\n      _arguments{} ;;\n", command.name, specs);
  }
  return "#compdef ratchet\n# generated from the options of ratchet\n_ratchet() {\n  local -a commands\n  "
         "commands=(\n" +
         list +
         "  )\n  if (( CURRENT == 2 )); then\n    _describe -t commands command commands\n    return\n  fi\n"
         "  local command=$words[2]\n  shift words\n  (( CURRENT-- ))\n  case $command in\n" +
         cases + "  esac\n}\n_ratchet \"$@\"\n";
}

std::string fish_completion() {
  const auto about = [](const std::string& text) { return escaped(text, "\\'", "\\"); };
  std::string text = "# generated from the options of ratchet\ncomplete -c ratchet -f\n";
  for (const Command& command : commands()) {
    text +=
        fmt::format("complete -c ratchet -n __fish_use_subcommand -a {} -d '{}'\n", command.name, about(command.about));
    const std::string where = fmt::format("complete -c ratchet -n '__fish_seen_subcommand_from {}'", command.name);
    for (const Option& option : options_of(command)) {
      const std::string value = option.value.empty() ? "" : takes_file(option) ? " -r -F" : " -x";
      text += fmt::format("{} -l {}{}{} -d '{}'\n", where, option.name, value,
                          choices(option).empty() ? "" : " -a '" + joined(choices(option)) + "'", about(option.about));
    }
    if (!first_words(command).empty()) text += fmt::format("{} -a '{}'\n", where, joined(first_words(command)));
    if (takes_file(command)) text += where + " -F\n";
  }
  for (const Option& option : common_options()) {
    const std::string value = option.value.empty() ? "" : takes_file(option) ? " -r -F" : " -x";
    text += fmt::format("complete -c ratchet -l {}{}{} -d '{}'\n", option.name, value,
                        choices(option).empty() ? "" : " -a '" + joined(choices(option)) + "'", about(option.about));
  }
  return text;
}

}  // namespace ratchet::cli
