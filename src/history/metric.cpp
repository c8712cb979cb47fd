#include <array>

#include "ratchet/error.h"
#include "src/history/series.h"

namespace ratchet::history {
namespace {

struct Words {
  Metric metric;
  const char* name;
  const char* unit;
};
constexpr std::array kWords{Words{Metric::Latency, "latency", "ns"}, Words{Metric::Bandwidth, "bandwidth", "GB/s"},
                            Words{Metric::Memory, "memory", "bytes"}, Words{Metric::Energy, "energy", "J"}};

}  // namespace

Metric metric_from(const std::string& word) {
  for (const Words& one : kWords) {
    if (one.name == word) return one.metric;
  }
  throw Error("\"" + word + "\" is no metric; there are latency, bandwidth, memory and energy");
}

std::string to_string(Metric metric) { return kWords[static_cast<std::size_t>(metric)].name; }

std::string unit_of(Metric metric) { return kWords[static_cast<std::size_t>(metric)].unit; }

}  // namespace ratchet::history
