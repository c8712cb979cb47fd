#include "src/bench/supervisor.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <memory>
#include <vector>

#include "ratchet/error.h"
#include "src/bench/clock_lock.h"
#include "src/bench/device_lock.h"
#include "src/bench/plan.h"
#include "src/bench/process.h"
#include "src/bench/report.h"
#include "src/bench/sha256.h"
#include "src/bench/worker.h"
#include "src/documents/documents.h"

namespace ratchet::bench {

namespace {

// Names the sender in messages about documents that arrive over the channel.
constexpr const char* kWorker = "the measuring process";
constexpr double kStartSeconds = 120;    // loading a module and starting a GPU's driver take seconds
constexpr double kForeverSeconds = 1e9;  // 30 years: what the clock can hold

std::string now() {
  const std::time_t time = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&time, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

class Supervisor {
 public:
  Supervisor(const Options& options, const Interruption& interruption)
      : options_(options), interruption_(interruption) {}
  [[nodiscard]] std::string run();

 private:
  struct Reply {
    std::optional<Frame> frame;
    bool in_time = true;  // false: silence; true without a frame: the worker is dead
  };
  // Of one case: the worker's document, or why there is none.
  struct Answer {
    std::string document;
    std::optional<Failure> failure;
    std::string first_death;  // of the worker that was asked before the one that answered
  };

  void load();
  void lock();
  void start();
  [[nodiscard]] std::vector<std::string> until_ready(const char* doing);
  [[nodiscard]] Answer ask(const std::string& id);
  [[nodiscard]] Reply try_once(const std::string& id);
  [[nodiscard]] DuetCase measure(const DuetCase& planned);
  [[nodiscard]] documents::CallComparison identify(const DuetCase& planned);
  [[nodiscard]] DuetCase read(const std::string& document);
  [[nodiscard]] Reply await(double patience_s);
  [[nodiscard]] std::string end_worker();
  [[nodiscard]] std::string document(std::vector<DuetCase> cases) const;
  [[nodiscard]] std::string files() const;

  Options options_;
  const Interruption& interruption_;
  std::unique_ptr<DeviceLock> lock_;
  std::unique_ptr<ClockLock> clock_;  // restored before the lock is released
  std::unique_ptr<Process> worker_;   // ends before the lock is released
  std::vector<std::string> modules_;  // descriptions, the candidate's last
  Environment environment_;
  std::vector<Telemetry> readings_;
  std::string started_at_ = now();
};

std::string Supervisor::run() {
  load();
  if (options_.describe) return modules_.back();
  const auto candidate = documents::read_module(modules_.back(), kWorker);
  const auto baseline = documents::read_module(modules_.front(), kWorker);
  environment_ = candidate.environment.value();
  std::vector<DuetCase> cases =
      plan(options_, options_.is_duet() ? baseline.cases : std::vector<CaseFacts>{}, candidate.cases);
  lock();
  start();
  if (options_.identify) {
    documents::CallComparisons all;
    for (const DuetCase& one : cases) all.cases.push_back(identify(one));
    return documents::write(all);
  }
  for (DuetCase& one : cases) {
    if (one.warnings.empty()) one = measure(one);
    spdlog::info(progress_line(one));
  }
  return document(std::move(cases));
}

// Also after a death: the new worker must offer what the first one did, or a module was rebuilt in between.
void Supervisor::load() {
  worker_ = std::make_unique<Process>(interruption_, [this](Channel& channel) { serve(options_, channel); });
  std::vector<std::string> modules = until_ready("loading");
  if (!modules_.empty() && modules != modules_)
    throw Error(fmt::format("{}: changed while being measured; measure again", files()));
  modules_ = std::move(modules);
}

void Supervisor::start() {
  worker_->channel().send(Message::Start, "");
  (void)until_ready("preparing the device");
}

// The texts that came before Ready.
std::vector<std::string> Supervisor::until_ready(const char* doing) {
  std::vector<std::string> texts;
  while (true) {
    Reply reply = await(kStartSeconds);
    if (!reply.in_time) throw Error(fmt::format("{}: {} took longer than {} s", files(), doing, kStartSeconds));
    if (!reply.frame) throw Error(fmt::format("{}: {} {} while {}", files(), kWorker, end_worker(), doing));
    if (reply.frame->message == Message::Fault) throw Error(reply.frame->text);
    if (reply.frame->message == Message::Ready) return texts;
    texts.push_back(std::move(reply.frame->text));
  }
}

void Supervisor::lock() {
  const Device& device = environment_.device;
  if (options_.lock_clocks_mhz > 0 && device.kind == "cpu")
    throw Error("--lock-clocks is for GPUs; a CPU's clock is set by its governor");
  const std::filesystem::path file = lock_file(device.kind == "cpu" ? "cpu" : device.uuid);
  lock_ = std::make_unique<DeviceLock>(file, std::chrono::seconds(options_.lock_timeout_s), interruption_,
                                       [](const std::string& text) { spdlog::warn(text); });
  if (options_.lock_clocks_mhz == 0) return;
  clock_ = std::make_unique<ClockLock>(device.uuid, options_.lock_clocks_mhz);
}

// A process that dies may have been killed by what surrounds it, such as a system out of memory. So the case gets a
// second one, and dies for good with that.
Supervisor::Answer Supervisor::ask(const std::string& id) {
  Reply reply = try_once(id);
  std::string first_death;
  if (reply.in_time && !reply.frame) {
    first_death = fmt::format("{} {}", kWorker, end_worker());
    spdlog::warn("{}: {}; trying once more", id, first_death);
    reply = try_once(id);
  }
  if (!reply.in_time) {
    (void)end_worker();
    return {"", Failure{"timed_out", "",
                        fmt::format("no result after {} s; raise --timeout-s if it needs longer", options_.timeout_s)},
            {}};
  }
  if (!reply.frame) {
    const std::string death = fmt::format("{} {}", kWorker, end_worker());
    return {"", Failure{"crashed", "", death + (first_death.empty() ? "" : ", in a second one too")}, {}};
  }
  if (reply.frame->message == Message::Fault) throw Error(reply.frame->text);
  if (reply.frame->message == Message::LastDocument) (void)end_worker();
  return {reply.frame->text, std::nullopt, first_death};
}

// In a new process if there is none.
Supervisor::Reply Supervisor::try_once(const std::string& id) {
  if (!worker_) {
    load();
    start();
  }
  worker_->channel().send(Message::Measure, id);  // to a dead worker: await() will tell
  return await(options_.timeout_s);
}

DuetCase Supervisor::measure(const DuetCase& planned) {
  const Answer answer = ask(planned.facts.id);
  if (!answer.failure) {
    DuetCase measured = read(answer.document);
    if (!answer.first_death.empty())
      measured.warnings.push_back(answer.first_death + " and a second one measured the case");
    return measured;
  }
  DuetCase failed = planned;
  failed.facts.handicap_percent = handicap_percent(options_, planned.facts.id);
  failed.failures.push_back(*answer.failure);
  return failed;
}

documents::CallComparison Supervisor::identify(const DuetCase& planned) {
  const std::string& id = planned.facts.id;
  if (!planned.warnings.empty()) return {id, false, {}, planned.warnings.front()};
  const Answer answer = ask(id);
  if (answer.failure) return {id, false, {}, answer.failure->message};
  return documents::read_call_comparisons(answer.document, kWorker).cases.front();
}

DuetCase Supervisor::read(const std::string& text) {
  Duet duet;
  if (options_.is_duet()) {
    duet = documents::read_duet(text, kWorker);
  } else {
    Run run = documents::read_run(text, kWorker);
    duet.environment = std::move(run.environment);
    duet.telemetry = std::move(run.telemetry);
    Measurement& one = run.measurements.front();
    DuetCase& single = duet.cases.emplace_back();
    single.facts = std::move(one.facts);
    for (std::vector<double>& samples : one.launches) single.launches.push_back({{}, std::move(samples), 0, one.sm_clock_mhz, one.energy_j});
    single.candidate_check = one.check;
    single.warnings = std::move(one.warnings);
    single.failures = std::move(one.failures);
  }
  environment_ = duet.environment.value();
  readings_.insert(readings_.end(), duet.telemetry.begin(), duet.telemetry.end());
  return std::move(duet.cases.front());
}

Supervisor::Reply Supervisor::await(double patience_s) {
  using std::chrono::steady_clock;
  const std::chrono::duration<double> patience(std::min(patience_s, kForeverSeconds));
  const auto until = steady_clock::now() + std::chrono::duration_cast<steady_clock::duration>(patience);
  Channel& channel = worker_->channel();
  while (true) {
    if (auto frame = channel.take()) return {std::move(frame)};
    if (!interruption_.wait(channel.descriptor(), until)) return {std::nullopt, false};
    if (!channel.read()) return {};
  }
}

std::string Supervisor::end_worker() {
  const std::string manner = worker_->end();
  worker_.reset();
  return manner;
}

std::string Supervisor::document(std::vector<DuetCase> cases) const {
  std::vector<Telemetry> telemetry;
  if (const auto launch = summary(readings_)) telemetry.push_back(*launch);
  if (options_.is_duet()) {
    const auto side = [](const std::string& file) { return DuetSide{file, {}, sha256_of_file(file)}; };
    return documents::write(
        Duet{side(options_.baseline), side(options_.candidate), environment_, std::move(cases), std::move(telemetry)});
  }
  Run run;
  run.started_at = started_at_;
  run.tool = "ratchet " RATCHET_VERSION;
  run.environment = environment_;
  for (const DuetCase& one : cases) run.measurements.push_back(as_measurement(one));
  run.telemetry = std::move(telemetry);
  return documents::write(run);
}

std::string Supervisor::files() const {
  return options_.is_duet() ? options_.baseline + ", " + options_.candidate : options_.candidate;
}

}  // namespace

std::string supervise(const Options& options, const Interruption& interruption) {
  return Supervisor(options, interruption).run();
}

}  // namespace ratchet::bench
