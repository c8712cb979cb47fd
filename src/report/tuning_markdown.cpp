#include <fmt/format.h>

#include "ratchet/roofline.h"
#include "src/report/markdown.h"
#include "src/report/tuning_report.h"
#include "src/report/units.h"

namespace ratchet::report {
namespace {

std::string interval_text(const SideSummary& summary) {
  return "[" + time(summary.ci_ns.low) + ", " + time(summary.ci_ns.high) + "]";
}

std::string summary_table(const Tuning& tuning) {
  std::string text = heading({"shape", "taken", "median", "95 % interval", "conclusion"}, " --- |");
  for (const TunedShape& shape : tuning.shapes) {
    const RaceResult& result = shape.result;
    const bool any = result.taken.has_value();
    const SideSummary* summary = any ? &result.contenders[*result.taken].summary : nullptr;
    text += line_of({shape.shape, any ? tuning.variant(shape, *result.taken) : "none",
                     any ? time(summary->median_ns) : "none", any ? interval_text(*summary) : "none",
                     choice_text(tuning, shape)});
  }
  return text;
}

std::string race_table(const Tuning& tuning, const TunedShape& shape) {
  std::string text =
      heading({"variant", "median", "95 % interval", "launches", "to the front", "what became of it"}, " --- |");
  for (std::size_t i = 0; i < shape.result.contenders.size(); ++i) {
    const Contender& one = shape.result.contenders[i];
    const std::string fate = fate_text(tuning, shape, i);
    if (one.summary.launches == 0) {
      text += line_of({tuning.variant(shape, i), "none", "none", "0", "-", fate});
      continue;
    }
    text += line_of({tuning.variant(shape, i), time(one.summary.median_ns), interval_text(one.summary),
                     fmt::format("{}{}", one.launches, one.in_final ? fmt::format(" + {} in the final", one.summary.launches) : ""),
                     ratio_to_front(one), fate});
  }
  return text;
}

std::string landscape_markdown(const Tuning& tuning, const std::string& along) {
  std::string text = "\n## Latency against " + printable(along) + "\n";
  for (const Landscape& landscape : landscapes_of(tuning, along)) {
    text += "\n### " + printable(landscape.rest) + "\n\n" +
            heading({along, "median", "95 % interval", "growth", "variant"}, " --- |");
    for (std::size_t i = 0; i < landscape.points.size(); ++i) {
      const TunedShape& shape = tuning.shapes[landscape.points[i].shape];
      const SideSummary& summary = shape.result.contenders[*shape.result.taken].summary;
      text += line_of({std::to_string(landscape.points[i].size), time(summary.median_ns), interval_text(summary),
                       growth_text(tuning, landscape, i),
                       tuning.variant(shape, *shape.result.taken) + (shape.result.proven ? "" : " (tie)")});
    }
    text += "\n" + printable(knee_text(landscape.knee, along)) + ".\n";
  }
  return text + "\nGrowth is the exponent from the size before. A knee is where two lines on log-log that meet at a measured "
                "size fit better than one (F test at 1 %, an error of 1 % in time granted to the law) and the exponent rises "
                "by at least 0.25.\n";
}

constexpr const char* kMethod =
    "Variants are cases with one definition: they compute the same function. Each shape has a race. In every launch, which "
    "is one process, all living variants are verified against their reference on poisoned outputs, timed in turn, round by "
    "round, on the same buffers, and verified again, on inputs that no other launch had. At growing numbers of "
    "launches every variant is compared with the fastest (Student's interval over launches of the trimmed mean of the rounds' "
    "logarithms of the ratio, widened by half a tick of the timer on each side), and who is proven slower leaves. The best "
    "three meet again on other inputs, and only those launches count for the choice and for the numbers of these three. A "
    "winner is proven against every other that was timed; otherwise the first declared of those that are proven to be within "
    "1 % of the fastest is taken.\n\n";

}  // namespace

std::string tuning_markdown(const Tuning& tuning, const std::optional<std::string>& along, const std::string& command) {
  const TunedShape& first = tuning.shapes.front();
  std::string text = "# Tuning of " + printable(tuning.family) + "\n\n" + summary_table(tuning);
  if (along) text += landscape_markdown(tuning, *along);
  text += "\n## Method\n\n" + std::string(kMethod);
  text += fmt::format(
      "At most {} in the heats and {} in the final. The truly fastest variant of a shape is eliminated with a chance of at "
      "most {} (Bonferroni over rivals and looks); the final names a wrong winner with at most {}. A 95 % interval is the "
      "exact bootstrap of the median over launches.\n",
      count(first.race.rules.launches, "launch"), count(first.race.rules.final_launches, "launch"),
      probability(first.race.rules.alpha), probability(first.race.rules.alpha));
  text += "\n## Environment\n\n" +
          environment_text(first.race.heats, "First race", ceilings_of(first.race.heats.environment, first.race.heats.telemetry));
  text += "\n## All variants\n";
  for (const TunedShape& shape : tuning.shapes) {
    text += "\n### " + printable(shape.shape) + "\n\n" + race_table(tuning, shape);
    text += "\n" + printable(choice_text(tuning, shape)) + ".\n";
  }
  return text + "\n## Again\n\n    " + printable(command) + "\n";
}

}  // namespace ratchet::report
