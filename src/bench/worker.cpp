#include "src/bench/worker.h"

#include <spdlog/spdlog.h>

#include <exception>
#include <memory>
#include <optional>
#include <vector>

#include "ratchet/error.h"
#include "src/bench/identify.h"
#include "src/bench/measure.h"
#include "src/bench/module.h"
#include "src/bench/plan.h"
#include "src/bench/report.h"
#include "src/bench/thread_pool.h"
#include "src/documents/documents.h"

namespace ratchet::bench {

namespace {

class Worker {
 public:
  explicit Worker(const Options& options);
  void describe(const Channel& channel);
  // What must be known before the first case. Until then the device may be another's, and is not worked with.
  void start();
  // True when the device can measure more.
  [[nodiscard]] bool answer(const std::string& id, const Channel& channel);

 private:
  [[nodiscard]] std::vector<Side> sides_of(const std::string& id) const;
  [[nodiscard]] std::string document(const Measured& measured) const;

  Options options_;
  std::vector<std::unique_ptr<Module>> modules_;  // the candidate's last
  std::unique_ptr<Device> device_;
  std::optional<Environment> environment_;  // none: described without a device
  Sentinels sentinels_;
  Floor floor_;
};

Worker::Worker(const Options& options) : options_(options) {
  if (options.is_duet()) modules_.push_back(std::make_unique<Module>(options.baseline));
  const bool twice = options.is_duet() && same_file(options.baseline, options.candidate);
  modules_.push_back(std::make_unique<Module>(options.candidate, twice));
  const Module& candidate = *modules_.back();
  if (const Module& baseline = *modules_.front(); baseline->device != candidate->device)
    throw Error(options.baseline + " runs on " + device_name(baseline->device) + ", " + options.candidate + " on " +
                device_name(candidate->device) + "; both modules of a duet need one device");
  try {
    device_ = open_device(candidate->device, options.threads ? options.threads : usable_processors());
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
    documents::ModuleDescription description{table.name ? table.name : "", device_name(table.device), environment_, {}};
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

std::vector<Side> Worker::sides_of(const std::string& id) const {
  std::vector<Side> sides;
  for (const auto& module : modules_) {
    const bool is_candidate = module == modules_.back();
    const char* name = !options_.is_duet() ? "" : is_candidate ? "candidate" : "baseline";
    sides.push_back({name, &**module, module->find(id)});
  }
  return sides;
}

bool Worker::answer(const std::string& id, const Channel& channel) {
  const std::vector<Side> sides = sides_of(id);
  if (options_.identify) {
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
                                 environment_->timer_tick_ns,
                                 floor_,
                                 handicap_percent(options_, id),
                                 options_.launch == 0};
  const Measured measured = measure(*device_, sides, settings);
  const bool usable = measured.outcome.failures.empty() || device_->usable();
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
  if (options_.is_duet()) return documents::write(Duet{{}, {}, environment_, {measured.outcome}, telemetry});
  Run run;
  run.environment = environment_;
  run.telemetry = telemetry;
  run.measurements = {as_measurement(measured.outcome)};
  return documents::write(run);
}

}  // namespace

void serve(const Options& options, Channel& channel) noexcept {
  try {
    Worker worker(options);
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
