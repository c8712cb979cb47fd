#include "src/repository/config.h"

#include <algorithm>

#include "ratchet/error.h"
#include "src/documents/documents.h"
#include "src/documents/node.h"
#include "src/importers/adapter.h"
#include "src/repository/spelling.h"

namespace ratchet::repository {
namespace {

using documents::Node;

const std::vector<std::string> kKeys = {"format",   "modules", "commands", "build",  "tolerance_percent", "alpha", "beta",
                                        "launches", "warmup",  "rounds", "case_timeout_s"};
const std::vector<std::string> kCommandKeys = {"name", "run", "adapter", "files", "output", "device", "timeout_s"};
const std::vector<std::string> kLaunchKeys = {"min", "max", "run"};

void refuse_unknown_keys(const Node& node, const std::vector<std::string>& known) {
  for (const std::string& key : node.keys()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const std::string meant = nearest(key, known);
    std::string all;
    for (const std::string& name : known) all += (all.empty() ? "" : ", ") + name;
    node.refuse("unknown key \"" + key.substr(0, 80) + "\"; " +
                (meant.empty() ? "the keys are " + all : "did you mean \"" + meant + "\"?"));
  }
}

// 0.5 rather than 0.500000.
std::string shown(double value) { return documents::Json(value).dump(); }

void read_number(const Node& object, const char* key, double above, double to, double& value) {
  const auto node = object.find(key);
  if (!node) return;
  value = node->number();
  if (!(value > above && value <= to))
    node->refuse("expected a number above " + shown(above) + " and up to " + shown(to) + ", found " + shown(value));
}

void read_count(const Node& object, const char* key, int from, int to, int& value) {
  const auto node = object.find(key);
  if (!node) return;
  const std::uint64_t count = node->count();
  if (count < static_cast<std::uint64_t>(from) || count > static_cast<std::uint64_t>(to))
    node->refuse("expected " + std::to_string(from) + " to " + std::to_string(to) + ", found " + std::to_string(count));
  value = static_cast<int>(count);
}

// Another revision's file is looked for at the same place in another folder, so it must be inside.
std::string read_inside(const Node& node) {
  const std::filesystem::path path = std::filesystem::path(node.text()).lexically_normal();
  if (path.empty() || path.is_absolute() || *path.begin() == ".." || !path.has_filename() || path == ".")
    node.refuse("expected a file inside the repository, relative to this file, found \"" + node.text() + "\"");
  return path.string();
}

std::vector<std::string> read_modules(const Node& list) {
  if (list.size() == 0) list.refuse("no module is listed; list one, or remove the key to measure the built-in ones");
  std::vector<std::string> modules;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string path = read_inside(list.item(i));
    if (std::find(modules.begin(), modules.end(), path) != modules.end())
      list.item(i).refuse("the module " + path + " is listed twice");
    modules.push_back(path);
  }
  return modules;
}

std::string read_suite_name(const Node& node) {
  const std::string name = node.text();
  const std::string allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
  if (name.empty() || name.find_first_not_of(allowed) != std::string::npos)
    node.refuse("expected letters, digits, '_', '.' and '-', found \"" + name.substr(0, 80) + "\"");
  return name;
}

void read_run(const Node& list, CommandSuite& suite) {
  if (list.size() == 0) list.refuse("expected a program and its arguments, found an empty list");
  for (std::size_t i = 0; i < list.size(); ++i) suite.run.push_back(list.item(i).text());
  if (suite.run[0].empty()) list.item(0).refuse("expected a program, found \"\"");
  if (suite.run[0].find('/') == std::string::npos) return;
  const std::string program = read_inside(list.item(0));
  suite.run[0] = "./" + program;
  suite.files.push_back(program);
}

CommandSuite read_command(const Node& node) {
  refuse_unknown_keys(node, kCommandKeys);
  CommandSuite suite;
  suite.name = read_suite_name(node.at("name"));
  read_run(node.at("run"), suite);
  const Node adapter = node.at("adapter");
  suite.adapter = adapter.text();
  try {
    (void)importers::adapter_named(suite.adapter);
  } catch (const Error& unknown) {
    adapter.refuse(unknown.what());
  }
  if (const auto files = node.find("files")) {
    for (std::size_t i = 0; i < files->size(); ++i) {
      const std::string path = read_inside(files->item(i));
      if (std::find(suite.files.begin(), suite.files.end(), path) == suite.files.end()) suite.files.push_back(path);
    }
  }
  if (suite.files.empty())
    node.refuse("nothing here is of this repository: name a program inside, or list its \"files\"");
  if (const auto output = node.find("output")) suite.output = read_inside(*output);
  if (const auto device = node.find("device")) suite.device = device->text();
  if (suite.device != "cpu" && suite.device != "cuda")
    node.at("device").refuse("expected \"cpu\" or \"cuda\", found \"" + suite.device.substr(0, 80) + "\"");
  read_number(node, "timeout_s", 0, 86'400, suite.timeout_s);
  return suite;
}

std::vector<CommandSuite> read_commands(const Node& list) {
  if (list.size() == 0) list.refuse("no command is listed; list one, or remove the key");
  std::vector<CommandSuite> suites;
  for (std::size_t i = 0; i < list.size(); ++i) {
    CommandSuite suite = read_command(list.item(i));
    for (const CommandSuite& other : suites)
      if (other.name == suite.name) list.item(i).at("name").refuse("the name " + suite.name + " is given twice");
    suites.push_back(std::move(suite));
  }
  return suites;
}

std::vector<std::pair<std::string, double>> read_tolerance(const Node& object) {
  std::vector<std::pair<std::string, double>> tolerance;
  for (const std::string& pattern : object.keys()) {
    if (pattern.empty()) object.refuse("a pattern is empty; \"*\" stands for all cases");
    double percent = 0;
    (void)object.at(pattern.c_str());  // null is no tolerance
    read_number(object, pattern.c_str(), 0, 100, percent);
    tolerance.emplace_back(pattern, percent / 100);
  }
  return tolerance;
}

}  // namespace

Config parse_config(std::string_view text, std::string_view name, const std::filesystem::path& root) {
  const documents::Json document = documents::parse(text, name, documents::Comments::Allowed);
  const Node node(document, name);
  refuse_unknown_keys(node, kKeys);
  const Node format = node.at("format");
  if (format.text() != "ratchet.config/1")
    format.refuse("expected \"ratchet.config/1\", found \"" + format.text().substr(0, 80) + "\"");

  Config config;
  config.root = root;
  if (const auto modules = node.find("modules")) config.modules = read_modules(*modules);
  if (const auto commands = node.find("commands")) config.commands = read_commands(*commands);
  if (const auto build = node.find("build")) config.build = build->text();
  if (const auto tolerance = node.find("tolerance_percent")) config.tolerance = read_tolerance(*tolerance);
  read_number(node, "alpha", 0, 0.5, config.alpha);
  read_number(node, "beta", 0, 0.5, config.beta);
  if (const auto launches = node.find("launches")) {
    refuse_unknown_keys(*launches, kLaunchKeys);
    read_count(*launches, "min", 2, 1000, config.min_launches);  // one launch says nothing about the next
    read_count(*launches, "max", 2, 1000, config.max_launches);
    read_count(*launches, "run", 1, 1000, config.run_launches);
    if (config.max_launches < config.min_launches)
      launches->refuse("max is " + std::to_string(config.max_launches) + ", below min, which is " +
                       std::to_string(config.min_launches));
  }
  read_count(node, "warmup", 0, 1'000'000, config.warmup);
  read_count(node, "rounds", 3, 100'001, config.rounds);
  if (config.rounds % 2 == 0)
    node.at("rounds").refuse("expected an odd number, found " + std::to_string(config.rounds) + "; take " +
                             std::to_string(config.rounds + 1));
  read_number(node, "case_timeout_s", 0, 86'400, config.case_timeout_s);
  return config;
}

Config read_config(const std::filesystem::path& file) {
  const std::filesystem::path folder = std::filesystem::absolute(file).lexically_normal().parent_path();
  return parse_config(documents::read_file(file), file.string(), folder);
}

std::optional<std::filesystem::path> find_config(const std::filesystem::path& start) {
  std::filesystem::path folder = std::filesystem::absolute(start).lexically_normal();
  for (;;) {
    if (std::filesystem::exists(folder / kConfigName)) return folder / kConfigName;
    const bool is_root = std::filesystem::exists(folder / ".git");  // a folder, or a file in a linked worktree
    if (is_root || folder == folder.parent_path()) return std::nullopt;
    folder = folder.parent_path();
  }
}

std::string commented_template(const std::vector<std::string>& modules, const std::string& build) {
  std::string list;
  for (const std::string& module : modules) list += (list.empty() ? "" : ", ") + documents::Json(module).dump();
  const std::string modules_line =
      list.empty() ? "  // \"modules\": [\"build/my_kernels.so\"],\n" : "  \"modules\": [" + list + "],\n";
  return R"({
  "format": "ratchet.config/1",

  // Shared libraries of benchmark cases, relative to this file. Without this key the built-in ones are measured.
)" + modules_line +
         R"(
  // Programs that print numbers of their own, each process measured in turn with the baseline's: README, "Other benchmarks".
  // "commands": [{"name": "sort", "run": ["build/bench", "--benchmark_format=json"], "adapter": "google-benchmark"}],

  // Makes the modules and programs; run by sh in a fresh checkout when another revision has to be measured (check --base).
  "build": )" + documents::Json(build.empty() ? "cmake --preset release && cmake --build --preset release" : build).dump() +
         R"(,

  // The slowdown that is called a regression, in percent, by pattern of case names; the last match counts.
  // Without a match: 0.5 on a GPU, 2 on a CPU.
  "tolerance_percent": {
    // "*": 0.5,
    // "attention/*": 1
  },

  // alpha: chance that a check of unchanged code raises a false alarm; beta: chance that a case slower by its tolerance is missed.
  "alpha": 0.001,
  "beta": 0.05,

  // Processes started: a check stops between min and max, as soon as every case is decided; run is for `ratchet run`.
  "launches": {"min": 2, "max": 40, "run": 5},

  // In each process: calls before timing, then timed rounds (odd).
  "warmup": 20,
  "rounds": 101,

  // A case that takes longer than this in one process has failed.
  "case_timeout_s": 60
}
)";
}

}  // namespace ratchet::repository
