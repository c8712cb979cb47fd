#include "src/bench/supervisor.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <memory>
#include <vector>

#include "ratchet/error.h"
#include "src/bench/answer.h"
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
  using Group = std::vector<DuetCase*>;

  void load();
  [[nodiscard]] std::vector<DuetCase> planned();
  void lock();
  void start();
  [[nodiscard]] std::vector<std::string> until_ready(const char* doing);
  [[nodiscard]] Answer ask(const std::string& id);
  [[nodiscard]] Reply try_once(const std::string& ids, double patience_s);
  [[nodiscard]] DuetCase measure(const DuetCase& planned);
  [[nodiscard]] Failure no_answer(const Error& fault);
  void measure_together(const Group& group);
  [[nodiscard]] DuetCase measure_apart(const DuetCase& planned, const std::string& why);
  [[nodiscard]] std::optional<std::string> try_together(const Group& group);
  [[nodiscard]] documents::CallComparison identify(const DuetCase& planned);
  [[nodiscard]] std::vector<DuetCase> read(const std::string& document, const std::vector<std::string>& asked);
  [[nodiscard]] Reply await(double patience_s);
  [[nodiscard]] std::string end_worker();
  [[nodiscard]] std::string document(std::vector<DuetCase> cases) const;
  [[nodiscard]] std::string files() const;

  Options options_;
  const Interruption& interruption_;
  std::unique_ptr<DeviceLock> lock_;
  std::unique_ptr<ClockLock> clock_;  // restored before the lock is released
  std::unique_ptr<Process> worker_;   // ends before the lock is released
  std::vector<std::string> modules_;  // descriptions, as in the options
  Environment environment_;
  std::vector<Telemetry> readings_;
  std::string started_at_ = now();
};

std::string Supervisor::run() {
  load();
  if (options_.describe) return modules_.back();
  std::vector<DuetCase> cases = planned();
  lock();
  start();
  if (options_.identify) {
    documents::CallComparisons all;
    for (const DuetCase& one : cases) all.cases.push_back(identify(one));
    return documents::write(all);
  }
  for (const std::vector<std::size_t>& indices : groups_of(options_, cases)) {
    Group group;
    for (const std::size_t i : indices)
      if (cases[i].warnings.empty()) group.push_back(&cases[i]);
    if (group.size() > 1) measure_together(group);
    if (group.size() == 1) *group.front() = measure(*group.front());
    for (const std::size_t i : indices) spdlog::info(progress_line(cases[i]));
  }
  return document(std::move(cases));
}

std::vector<DuetCase> Supervisor::planned() {
  std::vector<CaseFacts> baseline;
  std::vector<CaseFacts> candidate;
  for (const std::string& text : modules_) {
    const documents::ModuleDescription module = module_of(text);
    environment_ = *module.environment;
    auto& side = options_.duet && &text == &modules_.front() ? baseline : candidate;
    side.insert(side.end(), module.cases.begin(), module.cases.end());
  }
  return plan(options_, baseline, candidate);
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
    if (texts.size() == options_.modules.size())
      throw Error(fmt::format("{}: {} says too much while {}", files(), kWorker, doing));
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
  Reply reply = try_once(id, options_.timeout_s);
  std::string first_death;
  if (reply.in_time && !reply.frame) {
    first_death = fmt::format("{} {}", kWorker, end_worker());
    spdlog::warn("{}: {}; trying once more", id, first_death);
    reply = try_once(id, options_.timeout_s);
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
Supervisor::Reply Supervisor::try_once(const std::string& ids, double patience_s) {
  if (!worker_) {
    load();
    start();
  }
  worker_->channel().send(Message::Measure, ids);  // to a dead worker: await() will tell
  return await(patience_s);
}

DuetCase Supervisor::measure(const DuetCase& planned) {
  Answer answer = ask(planned.facts.id);
  try {
    if (!answer.failure) {
      DuetCase measured = std::move(read(answer.document, {planned.facts.id}).front());
      if (!answer.first_death.empty())
        measured.warnings.push_back(answer.first_death + " and a second one measured the case");
      return measured;
    }
  } catch (const Error& fault) {
    answer.failure = no_answer(fault);
  }
  DuetCase failed = planned;
  failed.facts.handicap_percent = handicap_percent(options_, planned.facts.id);
  failed.failures.push_back(*answer.failure);
  return failed;
}

// Who answers what nobody asked, or nothing that can be read, is not asked again.
Failure Supervisor::no_answer(const Error& fault) {
  if (worker_) (void)end_worker();
  return {"module_error", "", fault.what()};
}

// What one case does to a group, be it death, silence or a broken device, all have to bear; and a case that failed in
// company, for want of memory or by what another wrote into its buffers, may not be at fault. So whoever has no times
// is asked for again, alone, and only the guilty one stays without.
void Supervisor::measure_together(const Group& group) {
  std::vector<DuetCase> planned;
  for (const DuetCase* one : group) planned.push_back(*one);
  const std::optional<std::string> why = try_together(group);
  if (why) spdlog::warn("{} cases that take turns: {}; measuring each of them alone", group.size(), *why);
  for (std::size_t i = 0; i < group.size(); ++i) {
    const std::vector<Failure>& failures = group[i]->failures;
    if (why) {
      *group[i] = measure_apart(planned[i], *why);
    } else if (!failures.empty() && !is_unavailable(failures)) {
      *group[i] = measure_apart(planned[i], failures.front().message);
    }
  }
}

DuetCase Supervisor::measure_apart(const DuetCase& planned, const std::string& why) {
  DuetCase measured = measure(planned);
  if (measured.failures.empty())
    measured.warnings.push_back("not measured in turn with the others of its group: " + why);
  return measured;
}

// The outcomes go where the cases were planned; else it says why there are none.
std::optional<std::string> Supervisor::try_together(const Group& group) {
  std::string ids;
  std::vector<std::string> asked;
  for (const DuetCase* one : group) {
    ids += one->facts.id + "\n";
    asked.push_back(one->facts.id);
  }
  // A step about one case has the time of one, so that who hangs alone does not take the time of all.
  double patience_s = options_.timeout_s;
  Reply reply = try_once(ids, patience_s);
  while (reply.frame && reply.frame->message == Message::Step) {
    const std::optional<std::size_t> entrants = entrants_of(reply.frame->text, group.size());
    patience_s = options_.timeout_s * static_cast<double>(entrants.value_or(1));
    reply = entrants ? await(patience_s) : Reply{};  // no step of ours: as good as dead
  }
  if (!reply.in_time) {
    (void)end_worker();
    return fmt::format("no sign of life for {} s", patience_s);
  }
  if (!reply.frame) return fmt::format("{} {}", kWorker, end_worker());
  if (reply.frame->message == Message::Fault) throw Error(reply.frame->text);
  if (reply.frame->message == Message::LastDocument) (void)end_worker();
  try {
    std::vector<DuetCase> measured = read(reply.frame->text, asked);
    for (std::size_t i = 0; i < group.size(); ++i) *group[i] = std::move(measured[i]);
    return std::nullopt;
  } catch (const Error& fault) {
    return no_answer(fault).message;
  }
}

documents::CallComparison Supervisor::identify(const DuetCase& planned) {
  const std::string& id = planned.facts.id;
  if (!planned.warnings.empty()) return {id, false, {}, planned.warnings.front()};
  const Answer answer = ask(id);
  if (answer.failure) return {id, false, {}, answer.failure->message};
  try {
    return comparison_of(answer.document, id);
  } catch (const Error& fault) {
    return {id, false, {}, no_answer(fault).message};
  }
}

std::vector<DuetCase> Supervisor::read(const std::string& text, const std::vector<std::string>& asked) {
  Duet answer = answer_of(text, options_.duet, asked);
  environment_ = *answer.environment;
  readings_.insert(readings_.end(), answer.telemetry.begin(), answer.telemetry.end());
  return std::move(answer.cases);
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
  if (options_.duet) {
    const auto side = [](const std::string& file) { return DuetSide{file, {}, sha256_of_file(file)}; };
    return documents::write(
        Duet{side(options_.modules.front()), side(options_.modules.back()), environment_, std::move(cases), std::move(telemetry)});
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
  return fmt::format("{}", fmt::join(options_.modules, ", "));
}

}  // namespace

std::string supervise(const Options& options, const Interruption& interruption) {
  return Supervisor(options, interruption).run();
}

}  // namespace ratchet::bench
