#include "src/report/tuning_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "src/report/units.h"

namespace ratchet::report {
namespace {

const SideSummary& times(const TunedShape& shape) { return shape.result.contenders[*shape.result.taken].summary; }

std::string interval_text(const SideSummary& summary) {
  return "[" + time(summary.ci_ns.low) + ", " + time(summary.ci_ns.high) + "]";
}

Tint tint_of(Fate fate) {
  if (fate == Fate::Taken) return Tint::Good;
  if (fate == Fate::Failed) return Tint::Bad;
  return fate == Fate::Tied || fate == Fate::Cut ? Tint::Plain : Tint::Faint;
}

std::string shape_text(const Tuning& tuning, const TunedShape& shape, const Paint& paint) {
  Table table({{"variant"},
               {"median", Align::Right},
               {"95 % interval", Align::Right},
               {"launches", Align::Right},
               {"to the front", Align::Right},
               {"what became of it"}});
  for (std::size_t i = 0; i < shape.result.contenders.size(); ++i) {
    const Contender& one = shape.result.contenders[i];
    const bool timed = one.summary.launches > 0;
    table.add({{tuning.variant(shape, i), one.fate == Fate::Taken ? Tint::Good : Tint::Plain},
               {timed ? time(one.summary.median_ns) : "-"},
               {timed ? interval_text(one.summary) : "-"},
               {timed ? std::to_string(one.launches) + (one.in_final ? " + " + std::to_string(one.summary.launches) : "")
                      : "-"},
               {timed ? ratio_to_front(one) : "-"},
               {fate_text(tuning, shape, i), tint_of(one.fate)}});
  }
  return paint(Tint::Faint, "== ") + printable(tuning.family + " " + shape.shape) + "\n" + table.text(paint) +
         paint(shape.result.proven ? Tint::Good : Tint::Plain, printable(choice_text(tuning, shape))) + "\n\n";
}

}  // namespace

std::string ratio_to_front(const Contender& contender) {
  return contender.behind ? fmt::format("{:.4f}", contender.ratio) : "1";
}

std::string fate_text(const Tuning& tuning, const TunedShape& shape, std::size_t which) {
  const Contender& one = shape.result.contenders[which];
  const std::string front = one.behind ? tuning.variant(shape, *one.behind) : "";
  const std::string because = one.why.empty() ? "" : ": " + one.why;
  switch (one.fate) {
    case Fate::Eliminated:
      return fmt::format("eliminated after {}: at least {:.4f} times the time of {}", count(one.launches, "launch"),
                         one.at_least, front);
    case Fate::Cut:
      return fmt::format("cut after {}: not among the {} fastest, not proven slower", count(one.launches, "launch"),
                         kFinalists);
    case Fate::Beaten:
      return fmt::format("beaten in the final: at least {:.4f} times the time of {}", one.at_least, front);
    case Fate::Tied:
      return (front.empty() ? "fastest in the final, not proven" : "not proven slower than " + front) + because;
    case Fate::Taken:
      return front.empty() ? "taken"
                           : fmt::format("taken: the first declared of equals, at most {:.4f} times the time of {}",
                                         one.at_most, front);
    default:
      return to_string(one.fate) + because;
  }
}

std::string choice_text(const Tuning& tuning, const TunedShape& shape) {
  const RaceResult& result = shape.result;
  if (result.degraded) return "nothing is decided: " + *result.degraded;
  if (!result.taken) return "nothing is taken: no variant could be timed to the end";
  const std::string taken = tuning.variant(shape, *result.taken);
  if (result.proven) return "taken: " + taken + ", proven faster than every other that was timed";
  const auto with = [&](Fate fate) {
    return static_cast<std::size_t>(std::count_if(result.contenders.begin(), result.contenders.end(),
                                                  [&](const Contender& one) { return one.fate == fate; }));
  };
  std::string text = "taken: " + taken;
  const bool fastest = !result.contenders[*result.taken].behind;
  if (with(Fate::Tied) > 0)
    text += fmt::format(", a tie: {} of {} that are not proven apart",
                        fastest ? "the fastest" : "the first declared within 1 % of the fastest", with(Fate::Tied) + 1);
  if (with(Fate::Cut) > 0) text += fmt::format("; {} more lived to the end of the budget and are not proven slower", with(Fate::Cut));
  return text;
}

std::string knee_text(const Knee& knee, const std::string& along) {
  if (knee.found)
    return fmt::format("knee at {} = {:g}: latency grows as {}^{:.2f} below it and {}^{:.2f} above", along, knee.size,
                       along, knee.slope_below, along, knee.slope_above);
  return fmt::format("no knee: {}{}", knee.why,
                     knee.slope > 0 ? fmt::format("; over all sizes latency grows as {}^{:.2f}", along, knee.slope) : "");
}

// How latency grew from the size before, as a power of the size.
std::string growth_text(const Tuning& tuning, const Landscape& landscape, std::size_t point) {
  if (point == 0) return "-";
  const auto& here = landscape.points[point];
  const auto& before = landscape.points[point - 1];
  const double times_ratio =
      times(tuning.shapes[here.shape]).median_ns / times(tuning.shapes[before.shape]).median_ns;
  return fmt::format("{:.2f}", std::log(times_ratio) /
                                   std::log(static_cast<double>(here.size) / static_cast<double>(before.size)));
}

std::string tuning_text(const Tuning& tuning, const Paint& paint) {
  std::string text;
  for (const TunedShape& shape : tuning.shapes) text += shape_text(tuning, shape, paint);
  const double alpha = tuning.shapes.front().race.rules.alpha;
  return text + fmt::format("the truly fastest variant of a shape is eliminated with a chance of at most {}, and the final "
                            "names a wrong winner with at most {}\n",
                            probability(alpha), probability(alpha));
}

std::string landscape_text(const Tuning& tuning, const std::string& along, const Paint& paint) {
  std::string text;
  for (const Landscape& landscape : landscapes_of(tuning, along)) {
    Table table({{along, Align::Right},
                 {"median", Align::Right},
                 {"95 % interval", Align::Right},
                 {"growth", Align::Right},
                 {"variant"}});
    for (std::size_t i = 0; i < landscape.points.size(); ++i) {
      const TunedShape& shape = tuning.shapes[landscape.points[i].shape];
      table.add({{std::to_string(landscape.points[i].size)},
                 {time(times(shape).median_ns)},
                 {interval_text(times(shape))},
                 {growth_text(tuning, landscape, i)},
                 {tuning.variant(shape, *shape.result.taken) + (shape.result.proven ? "" : " (tie)")}});
    }
    text += "\n" + paint(Tint::Faint, "== ") + printable("latency against " + along + ": " + tuning.family + " " + landscape.rest) +
            "\n" + table.text(paint) + printable(knee_text(landscape.knee, along)) + "\n";
  }
  return text;
}

}  // namespace ratchet::report
