#include "src/bench/worker.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <optional>
#include <sstream>
#include <vector>

#include "ratchet/error.h"
#include "src/bench/confinement.h"
#include "src/bench/identify.h"
#include "src/bench/measure.h"
#include "src/bench/module.h"
#include "src/bench/plan.h"
#include "src/bench/report.h"
#include "src/bench/schedule.h"
#include "src/bench/thread_pool.h"
#include "src/documents/documents.h"

namespace ratchet::bench {

namespace {

class Worker {
 public:
  // open: what modules may do here that they should not.
  Worker(const Options& options, std::vector<std::string> open);
  void describe(const Channel& channel);
  // What must be known before the first case. Until then the device may be another's, and is not worked with.
  void start();
  // True when the device can measure more. ids: one a line.
  [[nodiscard]] bool answer(const std::string& ids, const Channel& channel);

 private:
  [[nodiscard]] Entrant entrant_of(const std::string& id) const;
  [[nodiscard]] std::string document(const Measured& measured) const;

  Options options_;
  std::vector<std::string> open_;
  std::vector<std::unique_ptr<Module>> modules_;  // as in the options
  std::unique_ptr<Device> device_;
  std::optional<Environment> environment_;  // none: described without a device
  Sentinels sentinels_;
  Floor floor_;
};

Worker::Worker(const Options& options, std::vector<std::string> open) : options_(options), open_(std::move(open)) {
  // The sides of a duet are copied into memory for this launch. Where the pages of a file happen to lie is one side's as
  // long as they lie there, so identical code can differ in one direction in every launch; and a path tells the sides
  // apart.
  modules_.resize(options.modules.size());
  for (const std::size_t i : side_order(modules_.size(), options.launch))
    modules_[i] = std::make_unique<Module>(options.modules[i], options.duet);
  const Module& first = *modules_.front();
  for (std::size_t i = 1; i < modules_.size(); ++i) {
    const Module& other = *modules_[i];
    if (other->device != first->device)
      throw Error(options.modules.front() + " runs on " + device_name(first->device) + ", " + options.modules[i] +
                  " on " + device_name(other->device) + "; what is measured together needs one device");
  }
  try {
    device_ = open_device(first->device, options.threads ? options.threads : usable_processors());
    environment_ = device_->environment();
    if (options.lock_clocks_mhz > 0) environment_->clock_policy = "locked:" + std::to_string(options.lock_clocks_mhz);
  } catch (const NoDevice& none) {
    if (!options.describe) throw;
    spdlog::info(none.what());
  }
}

void Worker::describe(const Channel& channel) {
  for (const auto& module : modules_) {
    const ratchet_module& table = **module;
    documents::ModuleDescription description{table.name ? table.name : "", device_name(table.device), environment_, {}, open_};
    for (std::uint32_t i = 0; i < table.case_count; ++i) description.cases.push_back(facts_of(table.cases[i]));
    channel.send(Message::Module, documents::write(description));
  }
  channel.send(Message::Ready, "");
}

void Worker::start() {
  if (options_.identify) return;  // nothing will be timed
  device_->note_others();
  environment_->timer_tick_ns = device_->timer_tick_ns();
  sentinels_ = device_->sentinels();
  floor_ = measure_floor(*device_);
}

Entrant Worker::entrant_of(const std::string& id) const {
  Entrant entrant{{}, handicap_percent(options_, id)};
  for (const auto& module : modules_) {
    const bool is_candidate = module == modules_.back();
    const char* name = !options_.duet ? "" : is_candidate ? "candidate" : "baseline";
    if (const ratchet_case* which = module->find(id)) entrant.sides.push_back({name, &**module, which});
  }
  return entrant;
}

bool Worker::answer(const std::string& ids, const Channel& channel) {
  std::vector<Entrant> group;
  std::istringstream lines(ids);
  for (std::string id; std::getline(lines, id);) group.push_back(entrant_of(id));
  if (options_.identify) {
    const std::vector<Side>& sides = group.front().sides;
    const documents::CallComparison compared = compare_calls(*device_, sides.front(), sides.back());
    const bool usable = compared.same || device_->usable();
    channel.send(usable ? Message::Document : Message::LastDocument,
                 documents::write(documents::CallComparisons{{compared}}));
    return usable;
  }
  const MeasureSettings settings{options_.warmup,
                                 options_.rounds,
                                 options_.seed + options_.launch,
                                 options_.inputs,
                                 options_.launch,
                                 environment_->timer_tick_ns,
                                 floor_,
                                 options_.launch == 0};
  const Measured measured = measure(*device_, group, settings, [&](std::size_t entrants) {
    if (group.size() > 1) channel.send(Message::Step, std::to_string(entrants));
  });
  const bool sound = std::all_of(measured.outcomes.begin(), measured.outcomes.end(),
                                 [](const DuetCase& one) { return one.failures.empty(); });
  const bool usable = sound || device_->usable();
  channel.send(usable ? Message::Document : Message::LastDocument, document(measured));
  return usable;
}

std::string Worker::document(const Measured& measured) const {
  std::vector<Telemetry> telemetry;
  if (measured.reading) {
    Telemetry& reading = telemetry.emplace_back(*measured.reading);
    reading.launch = options_.launch;
    reading.sentinel_copy_ns = sentinels_.copy_ns;
    reading.sentinel_fma_ns = sentinels_.fma_ns;
    if (sentinels_.copy_ns > 0) reading.copy_bytes_per_s = sentinels_.copy_bytes / sentinels_.copy_ns * 1e9;
    reading.null_launch_ns = floor_.launch_ns;
    reading.interval_overhead_ns = floor_.interval_ns;
  }
  if (options_.duet) return documents::write(Duet{{}, {}, environment_, measured.outcomes, telemetry});
  Run run;
  run.environment = environment_;
  run.telemetry = telemetry;
  for (const DuetCase& one : measured.outcomes) run.measurements.push_back(as_measurement(one));
  return documents::write(run);
}

}  // namespace

void serve(const Options& options, Channel& channel) noexcept {
  try {
    wake_drivers();
    const std::vector<std::string> open = options.unconfined ? std::vector<std::string>{} : confine();
    for (const std::string& line : open) spdlog::warn(line);
    Worker worker(options, open);
    worker.describe(channel);
    while (channel.read()) {
      while (const auto frame = channel.take()) {
        if (frame->message == Message::Start) {
          worker.start();
          channel.send(Message::Ready, "");
        } else if (!worker.answer(frame->text, channel)) {
          return;
        }
      }
    }
  } catch (const std::exception& error) {
    channel.send(Message::Fault, error.what());
  }
}

}  // namespace ratchet::bench
