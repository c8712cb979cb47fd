#include "tests/bench/fake.h"

#include <cmath>

namespace ratchet::bench::testing {

namespace {

// What prepare makes: of one case there may be several, each with its own buffers.
struct Prepared {
  FakeCase* owner;
  float* x;
  float* y;
};

Prepared& prepared(void* state) { return *static_cast<Prepared*>(state); }

class FakeTimer final : public Timer {
 public:
  FakeTimer(FakeDevice& device, std::span<const Rotation> sides, TimerSettings settings)
      : device_(device), sides_(sides.begin(), sides.end()), settings_(settings) {}

  [[nodiscard]] std::uint64_t batch() const override { return settings_.batch; }
  [[nodiscard]] Block rounds(std::span<const std::uint8_t> first) override {
    device_.asked.emplace_back(first.begin(), first.end());
    device_.turns.emplace_back(sides_.front().front()->side().which->id);
    if (device_.turns.back() == device_.breaks && device_.turns.size() > device_.breaks_after)
      throw CaseError("device_error", "", "it broke");
    Block block;
    block.clock_mhz = device_.times.clock_mhz;
    for (std::size_t i = 0; i < first.size(); ++i) {
      Round& round = block.rounds.emplace_back();
      for (std::size_t side = 0; side < sides_.size(); ++side) {
        const double calls_ns = static_cast<double>(settings_.batch) * device_.times.call_ns[side];
        round[side] = std::llround(device_.times.overhead_ns + calls_ns + drift_ns_);
      }
      drift_ns_ += device_.times.drift_ns;
    }
    return block;
  }
  void once(std::size_t side) override {
    for (std::uint64_t call = 0; call < settings_.batch; ++call) sides_[side][call % sides_[side].size()]->launch();
  }
  void plant(double percent) override { device_.planted_percent = percent; }
  [[nodiscard]] std::string work(std::size_t side) const override { return device_.times.work[side]; }
  [[nodiscard]] std::vector<std::string> warnings() const override { return {}; }

 private:
  FakeDevice& device_;
  std::vector<Rotation> sides_;
  TimerSettings settings_;
  double drift_ns_ = 0;
};

}  // namespace

FakeCase::FakeCase(std::string name, Launch work, double factor)
    : id(std::move(name)),
      launch(std::move(work)),
      reference_factor(factor),
      buffers{{"x", RATCHET_F32, RATCHET_NORMAL, kFakeCount, 7, 0, 0, 0},
              {"y", RATCHET_F32, RATCHET_OUTPUT, kFakeCount, 0, 4, 1e-6, 1e-6}} {
  abi = {id.c_str(), "y = 2 x", nullptr, 512, 64, RATCHET_L2_WARM, 0, 2, buffers.data()};
}

const ratchet_module& fake_module() {
  static const ratchet_module module{
      RATCHET_ABI,
      RATCHET_CPU,
      "fake",
      0,
      nullptr,
      [](const ratchet_case* which, const ratchet_call* call, void** state) {
        auto* const whole = const_cast<FakeCase*>(reinterpret_cast<const FakeCase*>(which));
        whole->memory = {static_cast<float*>(call->buffers[0]), static_cast<float*>(call->buffers[1])};
        ++whole->prepared;
        static int turns = 0;
        whole->turn = ++turns;
        *state = new Prepared{whole, whole->memory[0], whole->memory[1]};
        return 0;
      },
      [](void* state) {
        const Prepared& one = prepared(state);
        if (!one.owner->launch) return 1;
        one.owner->launch(one.x, one.y);
        return 0;
      },
      [](void* state, double* const* expected) {
        for (std::uint64_t i = 0; i < kFakeCount; ++i)
          expected[0][i] = prepared(state).owner->reference_factor * static_cast<double>(prepared(state).x[i]);
        return 0;
      },
      [](void* state) {
        // Null when prepare failed, as a module must bear.
        if (!state) return;
        ++prepared(state).owner->released;
        delete &prepared(state);
      },
      []() -> const char* { return "no launch on purpose"; }};
  return module;
}

Telemetry FakeDevice::telemetry(Energy energy) {
  if (readings.empty()) return {};
  Telemetry reading = readings.front();
  if (energy == Energy::Left) reading.energy_j = 0;
  if (readings.size() > 1) readings.erase(readings.begin());
  return reading;
}

void* FakeDevice::allocate(std::uint64_t bytes) {
  if (bytes > largest_bytes) throw CaseError("device_error", "", "not enough memory");
  return CpuDevice::allocate(bytes);
}

std::unique_ptr<Timer> FakeDevice::timer(std::span<const Rotation> sides, TimerSettings settings) {
  flushed = settings.flush;
  rewarmed = settings.rewarm;
  return std::make_unique<FakeTimer>(*this, sides, settings);
}

}  // namespace ratchet::bench::testing
