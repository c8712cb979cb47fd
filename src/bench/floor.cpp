#include "src/bench/floor.h"

#include <algorithm>
#include <vector>

#include "src/bench/schedule.h"

namespace ratchet::bench {

namespace {

// Half a millisecond of empty launches on a GPU.
constexpr std::uint64_t kLaunches = 500;
constexpr std::uint64_t kRounds = 21;

// A case without buffers whose launches do nothing; the ABI structure comes first, so that prepare finds the device.
struct NullCase {
  ratchet_case abi{};
  Device* device = nullptr;
};

const ratchet_module& null_module() {
  static const ratchet_module module{RATCHET_ABI,
                                     RATCHET_CPU,
                                     "null",
                                     0,
                                     nullptr,
                                     [](const ratchet_case* which, const ratchet_call*, void** state) {
                                       *state = reinterpret_cast<const NullCase*>(which)->device;
                                       return 0;
                                     },
                                     [](void* state) {
                                       static_cast<Device*>(state)->enqueue_nothing();
                                       return 0;
                                     },
                                     [](void*, double* const*) { return 0; },
                                     [](void*) {},
                                     []() -> const char* { return nullptr; }};
  return module;
}

double median_interval_ns(Device& device, PreparedCase& prepared, std::uint64_t launches) {
  const std::vector<Rotation> sides{{&prepared}};
  TimerSettings settings;
  settings.batch = launches;
  const std::unique_ptr<Timer> timer = device.timer(sides, settings);
  (void)timer->rounds(round_order(kRounds, 1));  // warm
  std::vector<double> times;
  for (const Round& round : timer->rounds(round_order(kRounds, 2)).rounds)
    times.push_back(static_cast<double>(round[0]));
  return median(std::move(times));
}

}  // namespace

Floor floor_from(std::uint64_t n, double interval_of_n_ns, double interval_of_2n_ns) {
  const double slope = std::max(0.0, (interval_of_2n_ns - interval_of_n_ns) / static_cast<double>(n));
  return {slope, std::max(0.0, interval_of_n_ns - static_cast<double>(n) * slope)};
}

Floor measure_floor(Device& device) {
  NullCase nothing;
  nothing.abi.id = "nothing";
  nothing.device = &device;
  PreparedCase prepared({"", &null_module(), &nothing.abi}, device.lend(), {});
  const double once = median_interval_ns(device, prepared, kLaunches);
  return floor_from(kLaunches, once, median_interval_ns(device, prepared, 2 * kLaunches));
}

}  // namespace ratchet::bench
