#include <algorithm>
#include <nlohmann/json.hpp>

#include "ratchet/error.h"
#include "src/cli/commands.h"
#include "src/cli/device_exam.h"
#include "src/cli/suite.h"
#include "src/repository/git.h"

namespace ratchet::cli {
namespace {

constexpr std::size_t kLaunches = 3;
constexpr int kRounds = 21;

// Each examination turns a fault into a finding: doctor lists everything that is wrong, not the first thing.
void examine(std::vector<Finding>& findings, const char* what, const std::function<Finding()>& look) {
  try {
    findings.push_back(look());
  } catch (const Error& error) {
    findings.push_back({what, error.what(), Health::Bad});
  }
}

Finding examine_repository(Context& context) {
  const Commit head = repository::head(context.root());
  return {"repository",
          head.sha.substr(0, 10) + (head.dirty ? " with changes: `ratchet record` will refuse" : ", clean"),
          head.dirty ? Health::Notice : Health::Good};
}

Finding examine_config(Context& context) {
  const repository::Config& config = context.config();
  std::string measured = (config.root / repository::kConfigName).string();
  if (config.modules.empty() && config.commands.empty()) measured += ", built-in modules";
  if (!config.modules.empty()) measured += ", " + std::to_string(config.modules.size()) + " modules";
  if (!config.commands.empty()) measured += ", " + std::to_string(config.commands.size()) + " command suites";
  return {"configuration", measured};
}

// Not run here: that takes as long as it takes.
Finding examine_command(Context& context, const repository::CommandSuite& command) {
  if (!context.bench().environment(command.device))
    return {command.name, "needs a " + command.device + " device, which is not usable here", Health::Notice};
  (void)context.artefact_of(command);
  return {command.name, command.run[0] + " is there, read by the adapter " + command.adapter, Health::Good};
}

Finding examine_module(Context& context, const std::filesystem::path& file) {
  const std::string name = file.filename().string();
  if (!std::filesystem::exists(file)) return {name, "not built", Health::Notice};
  const documents::ModuleDescription module = context.bench().describe(file);
  if (!module.environment)
    return {name, "needs a " + module.device + " device, which is not usable here", Health::Notice};
  const Environment& e = *module.environment;
  std::string reading = std::to_string(module.cases.size()) + " cases on " + e.device.name;
  if (!e.driver.empty()) reading += ", driver " + e.driver;
  if (!e.cuda_runtime.empty()) reading += ", CUDA " + e.cuda_runtime;
  if (e.timer_tick_ns > 0) reading += ", timer tick " + std::to_string(static_cast<int>(e.timer_tick_ns)) + " ns";
  return {name, reading + ", clocks " + (e.clock_policy.empty() ? "default" : e.clock_policy)};
}

Finding examine_confinement(const documents::ModuleDescription& module) {
  if (module.unconfined.empty())
    return {"confinement", "modules can write no file, start no process and use no network"};
  std::string reading;
  for (const std::string& line : module.unconfined) reading += (reading.empty() ? "" : "; ") + line;
  return {"confinement", reading, Health::Notice};
}

// Measures the module's first case for a moment: a device is known by what it does.
void examine_device_of(Context& context, const std::filesystem::path& file, std::vector<Finding>& findings) {
  try {
    const documents::ModuleDescription module = context.bench().describe(file);
    if (module.cases.empty()) return;
    const auto examined = [](const Finding& finding) { return finding.what == "confinement"; };
    if (std::none_of(findings.begin(), findings.end(), examined)) findings.push_back(examine_confinement(module));
    executor::Settings settings;
    settings.rounds = kRounds;
    settings.case_timeout_s = context.config().case_timeout_s;
    const std::string& id = module.cases.front().id;
    const Run run = executor::measure_run(context.bench(), {{{file}, {{id}}}}, kLaunches, settings,
                                          [](std::size_t, std::size_t, std::size_t) {});
    const Measurement& measured = run.measurements.front();
    for (const Failure& failure : measured.failures) findings.push_back({id, failure.message, Health::Bad});
    for (const std::string& warning : measured.warnings) findings.push_back({id, warning, Health::Notice});
    if (!measured.failures.empty()) return;
    for (Finding& finding : examine_device(run.environment.value(), run.telemetry)) findings.push_back(std::move(finding));
  } catch (const Error& error) {
    findings.push_back({"device", error.what(), Health::Bad});
  }
}

Finding examine_database(Context& context, db::Examination how) {
  const std::filesystem::path file = context.database();
  if (!std::filesystem::exists(file))
    return {"database", file.string() + " does not exist yet; `ratchet record` makes it", Health::Notice};
  const std::vector<std::string> wrong = context.store(db::Mode::ReadOnly).check(how);
  if (wrong.empty() && !context.store(db::Mode::ReadOnly).has_checksums())
    return {"database", file.string() + ", from before pages had checksums: `ratchet db salvage` makes one that has",
            Health::Notice};
  if (wrong.empty())
    return {"database", file.string() + (how == db::Examination::Full ? ", sound in everything" : ", sound")};
  std::string reading = file.string();
  for (const std::string& line : wrong) reading += "; " + line;
  return {"database", reading, Health::Bad};
}

const char* word(Health health) { return health == Health::Good ? "ok" : health == Health::Notice ? "note" : "BAD"; }

std::string as_json(const std::vector<Finding>& findings, bool fit) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Finding& finding : findings)
    list.push_back({{"what", finding.what}, {"reading", finding.reading}, {"health", word(finding.health)}});
  return nlohmann::ordered_json{{"format", "ratchet.doctor/1"}, {"fit", fit}, {"findings", std::move(list)}}.dump(
             1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) +
         "\n";
}

// Whether any can be measured. Where no module can, the built-in one tells about the device.
bool examine_commands(Context& context, std::vector<Finding>& findings, std::vector<std::filesystem::path>& measurable) {
  bool any = false;
  for (const repository::CommandSuite& command : context.config().commands) {
    examine(findings, command.name.c_str(), [&] {
      Finding finding = examine_command(context, command);
      any = any || finding.health == Health::Good;
      return finding;
    });
  }
  const std::filesystem::path built_in = built_in_modules() / "ratchet_cpu.so";
  if (measurable.empty() && any && std::filesystem::exists(built_in)) measurable.push_back(built_in);
  return any;
}

}  // namespace

void declare_doctor(po::options_description& options) {
  options.add_options()("full", po::bool_switch(), "examine every index, reference and sample of the database too");
}

int doctor(Context& context, const po::variables_map& values) {
  std::vector<Finding> findings;
  examine(findings, "repository", [&] { return examine_repository(context); });
  examine(findings, "configuration", [&] { return examine_config(context); });
  std::vector<std::filesystem::path> measurable;
  if (context.has_config()) {
    for (const std::filesystem::path& file : module_files(context)) {
      examine(findings, file.filename().c_str(), [&] {
        Finding finding = examine_module(context, file);
        if (finding.health == Health::Good) measurable.push_back(file);
        return finding;
      });
    }
    const bool any_command = examine_commands(context, findings, measurable);
    if (measurable.empty() && !any_command)
      findings.push_back(
          {"modules", "none can be measured here: build them, see \"build\" in ratchet.json", Health::Bad});
  }
  for (const std::filesystem::path& file : measurable) examine_device_of(context, file, findings);
  examine(findings, "database", [&] {
    return examine_database(context, values["full"].as<bool>() ? db::Examination::Full : db::Examination::Quick);
  });
  const bool fit = std::none_of(findings.begin(), findings.end(),
                                [](const Finding& finding) { return finding.health == Health::Bad; });
  if (context.json()) {
    context.out() << as_json(findings, fit);
    return fit ? 0 : 2;
  }
  report::Table table({{"examined"}, {""}, {"reading"}});
  for (const Finding& finding : findings) {
    const report::Tint tint = finding.health == Health::Good     ? report::Tint::Good
                              : finding.health == Health::Notice ? report::Tint::Doubt
                                                                 : report::Tint::Bad;
    table.add({{finding.what}, {word(finding.health), tint}, {finding.reading}});
  }
  context.out() << table.text(context.paint()) << (fit ? "fit to measure\n" : "not fit to measure\n");
  return fit ? 0 : 2;
}

}  // namespace ratchet::cli
