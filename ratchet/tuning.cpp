#include "ratchet/tuning.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "ratchet/error.h"

namespace ratchet {
namespace {

std::optional<std::uint64_t> size_in(const std::string& shape, const std::string& key) {
  const std::string text = value_in(shape, key);
  if (text.empty()) return std::nullopt;
  std::uint64_t size = 0;
  const char* end = text.data() + text.size();
  if (std::from_chars(text.data(), end, size).ptr != end || size == 0)
    throw Error("shape " + shape + ": " + key + " is no whole number above 0, so there is no latency along it");
  return size;
}

}  // namespace

std::vector<Landscape> landscapes_of(const Tuning& tuning, const std::string& key) {
  std::vector<Landscape> all;
  bool known = false;
  for (std::size_t i = 0; i < tuning.shapes.size(); ++i) {
    const std::optional<std::uint64_t> size = size_in(tuning.shapes[i].shape, key);
    known = known || size;
    if (!size || !tuning.shapes[i].result.taken) continue;
    const std::string rest = without(tuning.shapes[i].shape, key);
    auto of = std::find_if(all.begin(), all.end(), [&](const Landscape& one) { return one.rest == rest; });
    if (of == all.end()) of = all.insert(all.end(), {rest, {}, {}});
    of->points.push_back({*size, i});
  }
  if (!known) throw Error("no shape of " + tuning.family + " has a parameter " + key + "; name one with --along");
  for (Landscape& one : all) {
    std::sort(one.points.begin(), one.points.end(), [](const auto& a, const auto& b) { return a.size < b.size; });
    std::vector<SizedTime> times;
    for (const Landscape::Point& point : one.points) {
      const RaceResult& result = tuning.shapes[point.shape].result;
      times.push_back({static_cast<double>(point.size), result.contenders[*result.taken].summary.median_ns});
    }
    one.knee = find_knee(times);
  }
  return all;
}

std::vector<Dispatch> dispatch_of(const Tuning& tuning, const std::vector<Landscape>& landscapes) {
  std::vector<Dispatch> rows;
  for (const Landscape& one : landscapes) {
    bool first = true;
    for (const Landscape::Point& point : one.points) {
      const TunedShape& shape = tuning.shapes[point.shape];
      const std::string variant = tuning.variant(shape, *shape.result.taken);
      if (!first && rows.back().variant == variant) {
        rows.back().proven = rows.back().proven && shape.result.proven;
        continue;
      }
      if (!first) rows.back().to = point.size - 1;
      rows.push_back({one.rest, first ? 1 : point.size, std::numeric_limits<std::uint64_t>::max(), variant,
                      shape.result.proven});
      first = false;
    }
  }
  return rows;
}

}  // namespace ratchet
