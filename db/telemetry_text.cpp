// The telemetry columns. Read without a tree of JSON nodes in between: a trend reads that of every duet of its case,
// and the nodes took most of its time.
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "db/json_text.h"
#include "ratchet/error.h"

namespace ratchet::db {
namespace {

using nlohmann::json;
using Slot =
    std::variant<double Telemetry::*, std::uint64_t Telemetry::*, double DeviceModes::*, std::string DeviceModes::*>;

// Databases of earlier versions lack the readings that were not taken then: those stay 0 or "".
const std::unordered_map<std::string, Slot>& slots() {
  static const std::unordered_map<std::string, Slot> all{{"launch", &Telemetry::launch},
                                                         {"sm_clock_mhz", &Telemetry::sm_clock_mhz},
                                                         {"memory_clock_mhz", &Telemetry::memory_clock_mhz},
                                                         {"temperature_c", &Telemetry::temperature_c},
                                                         {"power_w", &Telemetry::power_w},
                                                         {"energy_j", &Telemetry::energy_j},
                                                         {"throttled_power_ns", &Telemetry::throttled_power_ns},
                                                         {"throttled_thermal_ns", &Telemetry::throttled_thermal_ns},
                                                         {"throttled_hardware_ns", &Telemetry::throttled_hardware_ns},
                                                         {"sentinel_copy_ns", &Telemetry::sentinel_copy_ns},
                                                         {"sentinel_fma_ns", &Telemetry::sentinel_fma_ns},
                                                         {"copy_bytes_per_s", &Telemetry::copy_bytes_per_s},
                                                         {"tensor_flops_per_cycle", &Telemetry::tensor_flops_per_cycle},
                                                         {"null_launch_ns", &Telemetry::null_launch_ns},
                                                         {"interval_overhead_ns", &Telemetry::interval_overhead_ns},
                                                         {"busy_percent", &Telemetry::busy_percent},
                                                         {"processes_before", &Telemetry::processes_before},
                                                         {"processes_after", &Telemetry::processes_after},
                                                         {"ecc", &DeviceModes::ecc},
                                                         {"mig", &DeviceModes::mig},
                                                         {"persistence", &DeviceModes::persistence},
                                                         {"compute_mode", &DeviceModes::compute_mode},
                                                         {"power_limit_w", &DeviceModes::power_limit_w},
                                                         {"highest_sm_clock_mhz", &DeviceModes::highest_sm_clock_mhz}};
  return all;
}

template <class Launch, class Visit>
void visit_slot(Launch& launch, const Slot& slot, const Visit& visit) {
  std::visit(
      [&](auto member) {
        if constexpr (requires { launch.*member; })
          visit(launch.*member);
        else
          visit(launch.modes.*member);
      },
      slot);
}

// What nlohmann's parser tells of a list of flat objects; the names are its.
class Reader {
 public:
  std::vector<Telemetry> launches;

  bool key(std::string& name) {
    const auto found = slots().find(name);
    slot_ = found == slots().end() ? nullptr : &found->second;
    return true;
  }
  bool string(std::string& text) { return put<std::string>(text); }
  bool number_float(double number, const std::string&) { return put<double>(number); }
  bool number_integer(std::int64_t number) { return put<double>(static_cast<double>(number)); }
  bool number_unsigned(std::uint64_t number) {
    return put<std::uint64_t>(number) || put<double>(static_cast<double>(number));
  }
  bool start_object(std::size_t) {
    launches.emplace_back();
    return ++depth_ == 2;
  }
  bool end_object() { return --depth_ == 1; }
  bool start_array(std::size_t) { return ++depth_ == 1; }
  bool end_array() { return --depth_ == 0; }
  static bool null() { return false; }
  static bool boolean(bool) { return false; }
  static bool binary(json::binary_t&) { return false; }
  static bool parse_error(std::size_t, const std::string&, const json::exception&) { return false; }

 private:
  // False where a reading is of another kind.
  template <class Value>
  bool put(const Value& value) {
    if (slot_ == nullptr) return depth_ == 2;  // one of a later version
    bool fits = false;
    visit_slot(launches.back(), *slot_, [&](auto& field) {
      if constexpr (std::is_same_v<decltype(field), Value&>) {
        field = value;
        fits = true;
      }
    });
    return fits;
  }

  int depth_ = 0;
  const Slot* slot_ = nullptr;
};

}  // namespace

std::string telemetry_text(const std::vector<Telemetry>& telemetry) {
  json list = json::array();
  for (const Telemetry& launch : telemetry) {
    json& one = list.emplace_back(json::object());
    for (const auto& [name, slot] : slots()) {
      json& value = one[name];
      visit_slot(launch, slot, [&](const auto& field) { value = field; });
    }
  }
  return list.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::vector<Telemetry> telemetry_from(const std::string& text) {
  Reader reader;
  if (!json::sax_parse(text, &reader))
    throw Error("a JSON column of telemetry is damaged; restore the database from a copy");
  return std::move(reader.launches);
}

}  // namespace ratchet::db
