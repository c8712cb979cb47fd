// ratchet.json: what a repository measures and how strict its gate is. Reviewed with the code, so a typing error must
// never loosen the gate: an unknown key, a wrong type or a value out of range is an Error that names the key.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ratchet::repository {

// Any program that prints numbers in a format that an adapter reads (src/importers/adapter.h). It is run in a folder that
// holds nothing but its files, so that a baseline kept from another commit is as whole as the candidate.
struct CommandSuite {
  std::string name;              // its cases are <name>/<what the program calls them>
  std::vector<std::string> run;  // the first is inside of root, or is searched in PATH when it holds no '/'
  std::string adapter;
  std::vector<std::string> files;  // files and folders that it needs, relative to root; run[0] also when not listed
  std::string output;              // the file that it writes, where it runs; "": standard output
  std::string device = "cpu";      // or "cuda"
  double timeout_s = 600;          // of one process
};

struct Config {
  std::filesystem::path root;                             // the folder of ratchet.json
  std::vector<std::string> modules;                       // relative to root; empty: the built-in ones
  std::vector<CommandSuite> commands;                     // with commands and without modules no built-in ones
  std::string build;                                      // for sh, run in root; makes the modules and the commands
  std::vector<std::pair<std::string, double>> tolerance;  // glob of case ids -> ratio; the last match counts
  double alpha = 0.001;                                   // chance of a false alarm in a whole check of unchanged code
  double beta = 0.05;                                     // chance of missing a slowdown of the tolerance
  int min_launches = 2;
  int max_launches = 40;
  int run_launches = 5;  // of `ratchet run`; the stored test needs 5
  int warmup = 20;
  int rounds = 101;  // odd: the median is then a sample
  double case_timeout_s = 60;
};

inline constexpr std::string_view kConfigName = "ratchet.json";

// JSON in which // and /* */ comments are allowed. `name` is the file's name for messages.
[[nodiscard]] Config parse_config(std::string_view text, std::string_view name, const std::filesystem::path& root);
[[nodiscard]] Config read_config(const std::filesystem::path& file);

// ratchet.json in `start` or the nearest parent that has one, not looking beyond the repository's root (where .git is).
[[nodiscard]] std::optional<std::filesystem::path> find_config(const std::filesystem::path& start);

// A ratchet.json for `ratchet init` that explains every key and holds the defaults. An empty `build` stands for a guess.
[[nodiscard]] std::string commented_template(const std::vector<std::string>& modules, const std::string& build);

}  // namespace ratchet::repository
