#include <fmt/format.h>

#include <sstream>

#include "src/cli/manual.h"
#include "src/cli/pages.h"
#include "src/cli/version.h"

namespace ratchet::cli {
namespace {

// A backslash, a line that would be a request, and a hyphen that has to stay one when it is copied.
std::string roff(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    const bool at_start = escaped.empty() || escaped.back() == '\n';
    if (at_start && (c == '.' || c == '\'')) escaped += "\\&";
    if (c == '\\') {
      escaped += "\\e";
    } else if (c == '-') {
      escaped += "\\-";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string listed(const std::vector<Option>& options) {
  std::string text;
  for (const Option& option : options) {
    text += fmt::format(".TP\n\\fB\\-\\-{}\\fR{}\n{}\n", roff(option.name),
                        option.value.empty() ? "" : " \\fI" + roff(option.value) + "\\fR", roff(option.about));
  }
  return text;
}

std::string header(const std::string& name, const std::string& about) {
  std::string capitals = name;
  for (char& c : capitals) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return fmt::format(".TH {} 1 \"\" \"ratchet {}\" \"User Commands\"\n.SH NAME\n{} \\- {}\n", roff(capitals),
                     roff(kVersion), roff(name), roff(about));
}

}  // namespace

std::string man_page() {
  std::string text = header("ratchet", "stop performance regressions of GPU and CPU kernels from being merged");
  text +=
      ".SH SYNOPSIS\n.B ratchet\n.I COMMAND\n[options]\n.SH DESCRIPTION\n"
      "Measures a change beside the baseline's own machine code, in the same process, on the same buffers, until it "
      "can "
      "say with stated error rates whether the change is slower. The baseline only tightens.\n.SH COMMANDS\n";
  for (const Command& command : commands()) {
    const std::string synopsis = command.synopsis.empty() ? "" : " " + command.synopsis;
    text += fmt::format(".SS \"ratchet {}\"\n{}\n", roff(command.name + synopsis), roff(command.about));
    text += listed(options_of(command));
  }
  text += ".SH COMMON OPTIONS\n" + listed(common_options()) + ".SH TOPICS\nRead by\n.BR \"ratchet help\" :\n";
  for (const Topic& topic : topics()) text += fmt::format(".TP\n\\fB{}\\fR\n{}\n", roff(topic.name), roff(topic.about));
  text += ".SH EXIT STATUS\n";
  for (const ExitCode& code : exit_codes()) text += fmt::format(".TP\n{}\n{}\n", code.code, code.meaning);
  text += ".TP\n130, 143\nended by a signal; nothing was recorded\n";
  text +=
      ".SH FILES\n.TP\nratchet.json\nwhat a repository measures, and how strictly\n"
      ".TP\nratchet.accept.json\nslowdowns that were let through, with their reasons\n"
      ".TP\n\\&.ratchet/ratchet.db\nevery sample, verdict and move of a baseline\n.SH SEE ALSO\n.BR ratchet\\-bench "
      "(1)\n";
  return text;
}

std::string bench_man_page(const std::string& help) {
  return header("ratchet-bench", "measure the cases of one module, or of two side by side") +
         ".SH SYNOPSIS\n.B ratchet\\-bench\n\\fB\\-\\-describe\\fR \\fIMODULE\\fR |\n\\fB\\-\\-module\\fR "
         "\\fIFILE\\fR |\n\\fB\\-\\-baseline\\fR \\fIFILE\\fR \\fB\\-\\-candidate\\fR \\fIFILE\\fR\n[options]\n"
         ".SH DESCRIPTION\n.nf\n" +
         roff(help) + ".fi\n.SH SEE ALSO\n.BR ratchet (1)\n";
}

}  // namespace ratchet::cli
