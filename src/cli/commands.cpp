#include "src/cli/commands.h"

namespace ratchet::cli {

const std::vector<Command>& commands() {
  static const std::vector<Command> table{
      {"init", "", "write a commented ratchet.json for this repository", declare_init, {}, init},
      {"doctor", "", "is this machine fit to measure?", nullptr, {}, doctor},
      {"run", "", "measure the built modules and record a run for this commit", declare_run, {}, run_modules},
      {"check", "", "measure beside the baseline and judge; never moves a baseline", declare_check, {}, check},
      {"record",
       "",
       "on the main branch: run, judge, move the baseline where faster is proven",
       declare_record,
       {},
       record},
      {"ci", "", "the whole gate of a GitHub job, from its environment", declare_ci, {}, ci},
      {"compare",
       "BASE CANDIDATE | --duet FILE",
       "judge two recorded runs (commit, run or file) or a duet file",
       declare_compare,
       {{"base", 1}, {"candidate", 1}},
       compare},
      {"replay",
       "[VERDICT]",
       "judge a recorded check again from its rounds; the newest one by default",
       nullptr,
       {{"verdict", 1}},
       replay},
      {"calibrate",
       "",
       "measure this machine's own false alarms and smallest detectable slowdowns",
       declare_calibrate,
       {},
       calibrate},
      {"accept",
       "CASE --reason TEXT",
       "let a slowdown through, in a file that is reviewed",
       declare_accept,
       {{"case", 1}},
       accept},
      {"baseline",
       "show | log | retire [CASE]",
       "the pawl, its moves, and how to take it back",
       declare_baseline,
       {{"action", 1}, {"case", 1}},
       baseline},
      {"log", "", "the recorded runs, newest first", declare_log, {}, log},
      {"trend", "CASE", "the history of a case", declare_trend, {{"case", 1}}, trend},
      {"stats", "[FILE]", "summary of numbers, one a line", nullptr, {{"file", 1}}, stats}};
  return table;
}

}  // namespace ratchet::cli
