#include "src/cli/suite.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "db/sha256.h"
#include "ratchet/error.h"
#include "ratchet/glob.h"
#include "src/cli/commands.h"

namespace ratchet::cli {
namespace {

struct Described {
  SuiteModule module;
  documents::ModuleDescription description;
};

std::vector<Described> describe_all(Context& context, const std::vector<std::filesystem::path>& files) {
  std::vector<Described> all;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (!std::filesystem::is_regular_file(files[i])) {
      context.log().info("{} is not built; it is left out", files[i].string());
      continue;
    }
    // Before the aggregate: GCC 12 destroys members twice when a later initializer throws, and describing may.
    documents::ModuleDescription description = context.bench().describe(files[i]);
    Described described{{i, files[i], db::sha256_of_file(files[i]), {}}, std::move(description)};
    described.module.cases = described.description.cases;
    all.push_back(std::move(described));
  }
  return all;
}

// A runner that lost its GPU must not turn green by measuring its CPU instead.
void refuse_lost_device(Context& context) {
  const std::filesystem::path file = context.database();
  if (!std::filesystem::exists(file)) return;
  for (const db::BaselineMove& move : context.store(db::Mode::ReadWrite).baseline_log("*")) {
    if (move.device_kind == "cuda") {
      throw Error("there are baselines of " + move.device_name +
                  ", but no CUDA device is usable here; repair it (`ratchet doctor`) or say --device cpu");
    }
  }
}

std::string choose_device(Context& context, const po::variables_map& values, const std::vector<Described>& all) {
  const std::string wanted = values["device"].as<std::string>();
  if (wanted != "auto" && wanted != "cpu" && wanted != "cuda") throw Error("--device takes auto, cpu or cuda");
  const auto usable = [&](const std::string& kind) {
    return std::any_of(all.begin(), all.end(),
                       [&](const Described& d) { return d.description.device == kind && d.description.environment; });
  };
  if (wanted != "auto") {
    if (!usable(wanted)) throw Error("no configured module can run on a " + wanted + " device here");
    return wanted;
  }
  if (usable("cuda")) return "cuda";
  refuse_lost_device(context);
  if (!usable("cpu"))
    throw Error(
        "no configured module is built and can run here; build them (\"build\" in ratchet.json) and see `ratchet "
        "doctor`");
  return "cpu";
}

void filter_cases(Suite& suite, const std::vector<std::string>& globs) {
  if (globs.empty()) return;
  for (const std::string& glob : globs) {
    bool matched = false;
    for (const SuiteModule& module : suite.modules) {
      for (const CaseFacts& facts : module.cases) matched = matched || glob_matches(glob, facts.id);
    }
    if (!matched) throw Error("\"" + report::printable(glob) + "\" matches no case of the modules");
  }
  for (SuiteModule& module : suite.modules) {
    std::erase_if(module.cases, [&](const CaseFacts& facts) {
      return std::none_of(globs.begin(), globs.end(),
                          [&](const std::string& glob) { return glob_matches(glob, facts.id); });
    });
  }
  std::erase_if(suite.modules, [](const SuiteModule& module) { return module.cases.empty(); });
}

void refuse_twins(const Suite& suite) {
  std::set<std::string> seen;
  for (const SuiteModule& module : suite.modules) {
    for (const CaseFacts& facts : module.cases) {
      if (!seen.insert(facts.id).second) throw Error("case " + facts.id + " is in two modules; rename one");
    }
  }
}

std::pair<std::string, double> parse_handicap(const std::string& text) {
  const std::size_t equals = text.rfind('=');
  double percent = 0;
  const char* end = text.data() + text.size();
  const bool numeric =
      equals != std::string::npos && equals > 0 && std::from_chars(text.data() + equals + 1, end, percent).ptr == end;
  if (!numeric || !(percent > 0 && percent <= 1000))
    throw Error("--handicap takes GLOB=PERCENT with a percentage above 0, not \"" + report::printable(text) + "\"");
  return {text.substr(0, equals), percent};
}

}  // namespace

std::vector<std::filesystem::path> module_files(Context& context) {
  const repository::Config& config = context.config();
  std::vector<std::filesystem::path> files;
  for (const std::string& module : config.modules) files.push_back(config.root / module);
  if (!files.empty() || !config.commands.empty()) return files;
  return {built_in_modules() / "ratchet_cuda.so", built_in_modules() / "ratchet_cpu.so"};
}

std::filesystem::path built_in_modules() {
  return executor::built_in_modules(executor::bench_beside_this_program().parent_path());
}

void declare_suite(po::options_description& options) {
  options.add_options()("case", po::value<std::vector<std::string>>()->value_name("GLOB"),
                        "only cases that match (repeatable)");
  declare_device(options);
}

void declare_device(po::options_description& options) {
  options.add_options()("device", po::value<std::string>()->value_name("KIND")->default_value("auto"),
                        "auto (the GPU where there is one), cuda or cpu")(
      "lock-clocks", po::value<unsigned>()->value_name("MHZ"),
      "hold the GPU at this clock while measuring, and restore it after; needs root");
}

namespace {

// 0: the clock is left alone.
unsigned lock_clocks_from(const po::variables_map& values) {
  if (values.count("lock-clocks") == 0) return 0;
  const auto mhz = values["lock-clocks"].as<unsigned>();
  if (mhz == 0 || mhz > 10'000) throw Error("--lock-clocks takes a clock from 1 to 10000 MHz");
  return mhz;
}

}  // namespace

Suite load_suite(Context& context, const po::variables_map& values) {
  std::vector<std::filesystem::path> files = module_files(context);
  for (const repository::CommandSuite& command : context.config().commands) {
    // Without the device it is left out like a module that is not built: as a file that is not there.
    const bool usable = context.bench().environment(command.device).has_value();
    files.push_back(usable ? context.artefact_of(command) : std::filesystem::path(command.name));
  }
  for (const std::string& file : texts_of(values, "module")) {
    if (!std::filesystem::is_regular_file(file)) throw Error("--module " + report::printable(file) + " is not a file");
    files.emplace_back(file);
  }
  return load_modules(context, values, files, texts_of(values, "case"));
}

Suite load_modules(Context& context, const po::variables_map& values, const std::vector<std::filesystem::path>& files,
                   const std::vector<std::string>& globs) {
  std::vector<Described> all = describe_all(context, files);
  const std::string kind = choose_device(context, values, all);
  Suite suite;
  for (Described& described : all) {
    if (described.description.device != kind || !described.description.environment) {
      context.log().info("{} is left out: this measures the {}", described.module.file.filename().string(), kind);
      continue;
    }
    suite.environment = *described.description.environment;
    suite.modules.push_back(std::move(described.module));
  }
  if (const unsigned mhz = lock_clocks_from(values); mhz > 0) {
    if (kind == "cpu") throw Error("--lock-clocks is for GPUs; set a CPU's governor instead");
    suite.environment.clock_policy = "locked:" + std::to_string(mhz);
  }
  filter_cases(suite, globs);
  refuse_twins(suite);
  return suite;
}

executor::Settings settings_from(Context& context, const po::variables_map& values) {
  const repository::Config& config = context.config();
  executor::Settings settings{config.warmup, config.rounds, config.case_timeout_s};
  settings.lock_clocks_mhz = lock_clocks_from(values);
  if (values.count("handicap") == 0) return settings;
  for (const std::string& text : texts_of(values, "handicap")) settings.handicaps.push_back(parse_handicap(text));
  return settings;
}

}  // namespace ratchet::cli
