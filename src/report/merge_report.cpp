#include "src/report/merge_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "src/report/table.h"
#include "src/report/units.h"

namespace ratchet::report {

std::string merged_text(const db::Merged& merged) {
  std::string text = fmt::format("{} ({}), {}, {}, {}\n", count(merged.runs, "run"), count(merged.results, "result"),
                                 count(merged.verdicts, "verdict"), count(merged.calibrations, "calibration"),
                                 count(merged.moves, "move") + " of baselines");
  for (const db::BaselineConflict& one : merged.conflicts) {
    const std::string ours = one.ours.kind == "retired" ? "retired" : time(one.ours.median_ns);
    text +=
        fmt::format("baseline of {} on {} was moved on both sides: {} (here {}, there {})\n",
                    printable(one.ours.case_id), printable(one.ours.device_name),
                    one.taken ? "theirs is tighter and stands now" : "ours stays", ours, time(one.theirs.median_ns));
  }
  return text;
}

std::string merged_json(const db::Merged& merged) {
  using Json = nlohmann::ordered_json;
  Json json{{"format", "ratchet.merge/1"},         {"runs", merged.runs},
            {"results", merged.results},           {"verdicts", merged.verdicts},
            {"calibrations", merged.calibrations}, {"baseline_moves", merged.moves},
            {"baseline_conflicts", Json::array()}};
  for (const db::BaselineConflict& one : merged.conflicts) {
    json["baseline_conflicts"].push_back(
        {{"case", one.ours.case_id},
         {"device", one.ours.device_name},
         {"taken", one.taken ? "theirs" : "ours"},
         {"ours", {{"commit", one.ours.commit.sha}, {"median_ns", one.ours.median_ns}}},
         {"theirs", {{"commit", one.theirs.commit.sha}, {"median_ns", one.theirs.median_ns}}}});
  }
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace ratchet::report
