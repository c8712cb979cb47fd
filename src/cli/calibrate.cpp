#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <ostream>

#include "ratchet/calibration.h"
#include "ratchet/environment.h"
#include "ratchet/error.h"
#include "src/cli/calibrated.h"
#include "src/cli/commands.h"
#include "src/cli/judging.h"
#include "src/cli/suite.h"
#include "src/cli/version.h"
#include "src/documents/calibration_document.h"
#include "src/report/calibration_report.h"
#include "src/report/progress.h"
#include "src/report/units.h"
#include "src/repository/git.h"

namespace ratchet::cli {
namespace {

const std::vector<double> kPlanted{0.25, 0.5, 1, 2, 5};  // per cent
// Of four launches three are of identical code: the rate that matters most is the smallest.
constexpr std::size_t kTurn = 4;

// Every module beside itself.
std::vector<executor::Pairing> pair_with_itself(const Suite& suite, const Commit& commit) {
  std::vector<executor::Pairing> pairings;
  for (const SuiteModule& module : suite.modules) {
    executor::Pairing pairing{module.file, module.file, {"baseline", commit, module.hash},
                              {"candidate", commit, module.hash}, {}};
    for (const CaseFacts& facts : module.cases) pairing.cases.push_back(facts.id);
    pairings.push_back(std::move(pairing));
  }
  return pairings;
}

// What must be equal for launches of two sittings to be put together.
std::string suite_text(const Suite& suite, const executor::Settings& settings) {
  std::string text = fingerprint(suite.environment) +
                     fmt::format("|{}|rounds={},warmup={}", suite.environment.device.uuid, settings.rounds,
                                 settings.warmup);
  for (const SuiteModule& module : suite.modules) {
    text += "|" + module.hash;
    for (const CaseFacts& facts : module.cases) text += " " + facts.id;
  }
  return text;
}

double planted_in(std::size_t number, const std::vector<double>& planted) {
  if (planted.empty() || number % kTurn != kTurn - 1) return 0;
  return planted[number / kTurn % planted.size()];
}

class Sitting {
 public:
  Sitting(Context& context, const Suite& suite, executor::Settings settings, bool anew)
      : context_(context), settings_(std::move(settings)), store_(context.store(db::Mode::ReadWrite)) {
    const std::string text = suite_text(suite, settings_);
    const auto known = anew ? std::nullopt : store_.newest_calibration(text);
    record_ = known ? *known : db::CalibrationRecord{context.new_uuid(), context.now(), suite.environment, text};
    if (known) {
      launches_ = store_.calibration_launches(record_.uuid);
      context.log().warn("going on with calibration {} of {}, which has {}; --new begins another", record_.uuid,
                         record_.started_at, report::count(launches_.size(), "launch"));
    } else {
      store_.begin_calibration(record_);
    }
  }

  // Launch after launch, each stored at once, until the next would end after the budget.
  void measure(const std::vector<executor::Pairing>& pairings, const std::vector<double>& planted, double budget_s) {
    using Clock = std::chrono::steady_clock;
    const auto seconds_since = [](Clock::time_point start) {
      return std::chrono::duration<double>(Clock::now() - start).count();
    };
    report::Progress progress(context_.streams().err, context_.streams().err_is_terminal);
    const auto start = Clock::now();
    for (double longest_s = 0; seconds_since(start) + longest_s <= budget_s;) {
      const auto begun = Clock::now();
      progress.budget(launches_.size(), seconds_since(start), budget_s);
      db::CalibrationLaunch launch;
      launch.number = launches_.empty() ? 0 : launches_.back().number + 1;
      launch.planted_percent = planted_in(launch.number, planted);
      executor::Settings settings = settings_;
      if (launch.planted_percent > 0) settings.handicaps = {{"*", launch.planted_percent}};
      launch.duets = executor::measure_launch(context_.bench(), pairings, launch.number, settings);
      launch.seconds = seconds_since(begun);
      store_.add_launch(record_.uuid, launch);
      longest_s = std::max(longest_s, launch.seconds);
      launches_.push_back(std::move(launch));
    }
  }

  [[nodiscard]] documents::CalibrationDocument evaluate(const Policy& policy) const {
    std::map<double, CalibrationSeries> series;
    for (const db::CalibrationLaunch& launch : launches_) {
      CalibrationSeries& one = series[launch.planted_percent];
      one.planted_percent = launch.planted_percent;
      one.seconds += launch.seconds;
      executor::merge_launch(one.duets, launch.duets);
    }
    std::vector<CalibrationSeries> all;
    for (auto& [percent, one] : series) all.push_back(std::move(one));
    documents::CalibrationDocument document{record_.uuid, record_.started_at, context_.now(),
                                            std::string("ratchet ") + kVersion, record_.environment, {}, {}};
    document.calibration = ratchet::calibrate(all, policy, document.unusable);
    return document;
  }

  void store(const documents::CalibrationDocument& document) {
    const Proportion& failing = document.calibration.false_alarms.measured;
    store_.report_calibration({record_.uuid, document.made_at, record_.environment, failing.hits, failing.trials,
                               documents::write(document)});
  }

 private:
  Context& context_;
  executor::Settings settings_;
  db::Store& store_;
  db::CalibrationRecord record_;
  std::vector<db::CalibrationLaunch> launches_;
};

std::vector<double> planted_from(const po::variables_map& values) {
  if (values.count("planted") == 0) return kPlanted;
  std::vector<double> planted = values["planted"].as<std::vector<double>>();
  for (const double percent : planted) {
    if (!(percent > 0 && percent <= 1000)) throw Error("--planted takes a percentage above 0 and up to 1000");
  }
  std::sort(planted.begin(), planted.end());
  return planted;
}

}  // namespace

void declare_calibrate(po::options_description& options) {
  options.add_options()("budget", po::value<double>()->value_name("SECONDS")->default_value(600),
                        "measure for so long; run again to go on")(
      "planted", po::value<std::vector<double>>()->value_name("PERCENT"),
      "a slowdown to plant (repeatable); 0.25, 0.5, 1, 2 and 5 otherwise")(
      "new", po::bool_switch(), "begin anew instead of adding to the newest calibration of this suite");
  declare_suite(options);
  declare_policy(options);
}

int calibrate(Context& context, const po::variables_map& values) {
  const Policy policy = policy_from(context, values);
  const double budget_s = values["budget"].as<double>();
  if (!(budget_s >= 0 && budget_s < 1e7)) throw Error("--budget takes seconds from 0");
  const std::vector<double> planted = planted_from(values);
  const Suite suite = load_suite(context, values);
  Sitting sitting(context, suite, settings_from(context, values), is_set(values, "new"));
  sitting.measure(pair_with_itself(suite, repository::head(context.root())), planted, budget_s);
  const documents::CalibrationDocument document = sitting.evaluate(policy);
  sitting.store(document);
  context.out() << (context.json() ? documents::write(document)
                                   : report::calibration_text(document, context.paint()));
  const CalibratedRate rate{document.uuid, document.made_at, document.calibration.false_alarms.measured};
  const auto distrust = untrustworthy(rate, policy);
  if (distrust) context.log().warn("{}", *distrust);
  return distrust ? 3 : 0;
}

}  // namespace ratchet::cli
