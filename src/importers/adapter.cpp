#include "src/importers/adapter.h"

#include <algorithm>
#include <boost/locale/utf.hpp>
#include <cmath>
#include <set>

#include "ratchet/error.h"
#include "src/importers/formats.h"

namespace ratchet::importers {
namespace {

std::string names_of(const std::vector<const Adapter*>& listed) {
  std::string names;
  for (const Adapter* adapter : listed) names += (names.empty() ? "" : ", ") + std::string(adapter->name);
  return names;
}

std::vector<const Adapter*> fitting(std::string_view text) {
  std::vector<const Adapter*> found;
  for (const Adapter& adapter : adapters())
    if (adapter.fits(text)) found.push_back(&adapter);
  return found;
}

void require_readable(const Source& source) {
  if (source.text.size() > kMaxTextBytes)
    throw Error(source.name + ": larger than " + std::to_string(kMaxTextBytes >> 20) + " MiB; import it in parts");
  using Traits = boost::locale::utf::utf_traits<char>;
  const char* at = source.text.data();
  const char* const end = at + source.text.size();
  while (at != end) {
    const char* const start = at;
    const auto point = Traits::decode(at, end);
    if (point == boost::locale::utf::illegal || point == boost::locale::utf::incomplete)
      throw Error(source.name + ": not UTF-8 at byte " + std::to_string(start - source.text.data()) +
                  "; convert it (PowerShell's > writes UTF-16)");
  }
}

void require_sound(const Measurement& measured, const std::string& file) {
  const std::string& id = measured.facts.id;
  const auto is_control = [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; };
  if (id.empty() || std::any_of(id.begin(), id.end(), is_control))
    throw Error(file + ": a case's name must not be empty or hold control characters");
  for (const std::vector<double>& samples : measured.launches) {
    if (samples.empty()) throw Error(file + ": " + id + ": a launch has no samples");
    for (const double time_ns : samples) {
      if (!(time_ns > 0) || !std::isfinite(time_ns))
        throw Error(file + ": " + id + ": expected times above zero, found " + std::to_string(time_ns) + " ns");
    }
  }
  if (!(measured.sm_clock_mhz >= 0) || !std::isfinite(measured.sm_clock_mhz))
    throw Error(file + ": " + id + ": its clock is no frequency");
  if (measured.launches.empty() && measured.failures.empty() && measured.warnings.empty())
    throw Error(file + ": " + id + ": no times, and nothing says why");
}

void require_sound(const Reading& reading, const std::string& file) {
  if (reading.runs.empty()) throw Error(file + ": it holds no case");
  for (const Run& run : reading.runs) {
    if (run.measurements.empty()) throw Error(file + ": it holds no case");
    std::set<std::string> seen;
    for (const Measurement& measured : run.measurements) {
      require_sound(measured, file);
      if (!seen.insert(measured.facts.id).second)
        throw Error(file + ": the case " + measured.facts.id +
                    " is there twice; give each benchmark a name of its own");
    }
  }
}

}  // namespace

const std::vector<Adapter>& adapters() {
  static const std::vector<Adapter> all{ratchet_run(),      google_benchmark(), nvbench(),   hyperfine(),
                                        pytest_benchmark(), catch2(),           criterion(), jmh(),
                                        go_text(),          bencher(),          csv()};
  return all;
}

const Adapter& adapter_named(std::string_view name) {
  std::vector<const Adapter*> known;
  for (const Adapter& adapter : adapters()) {
    if (name == adapter.name) return adapter;
    known.push_back(&adapter);
  }
  throw Error("there is no adapter \"" + std::string(name) + "\"; there are " + names_of(known));
}

const Adapter& adapter_for(const Source& source) {
  const auto found = fitting(source.text);
  if (found.size() == 1) return *found.front();
  std::vector<const Adapter*> known;
  for (const Adapter& adapter : adapters()) known.push_back(&adapter);
  if (found.empty()) throw Error(source.name + ": no adapter fits; there are " + names_of(known));
  throw Error(source.name + ": several adapters fit (" + names_of(found) + "); name one");
}

Reading read(const Adapter& adapter, const Source& source) {
  require_readable(source);
  if (!adapter.fits(source.text)) {
    const auto others = fitting(source.text);
    throw Error(source.name + ": not what the adapter " + adapter.name + " reads" +
                (others.empty() ? "" : "; this one does: " + names_of(others)));
  }
  Reading reading = adapter.read(source);
  require_sound(reading, source.name);
  return reading;
}

}  // namespace ratchet::importers
