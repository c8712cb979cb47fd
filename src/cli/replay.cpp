#include "ratchet/replay.h"

#include <fmt/format.h>

#include <ostream>

#include "ratchet/environment.h"
#include "ratchet/error.h"
#include "src/cli/commands.h"
#include "src/cli/judging.h"
#include "src/documents/verdict_document.h"
#include "src/report/units.h"

namespace ratchet::cli {
namespace {

db::VerdictRecord find_verdict(Context& context, const std::string& name) {
  db::Store& store = context.store(db::Mode::ReadOnly);
  const auto found = name.empty() ? store.newest_verdict() : store.verdict(name);
  if (found) return *found;
  if (name.empty()) throw Error("no verdict is recorded yet; `ratchet check` records one");
  throw Error("no recorded verdict begins with \"" + report::printable(name) + "\"; `ratchet check` prints its name");
}

// Why the device was not fit, from the same telemetry that the check had.
std::optional<std::string> unfit(Context& context, const db::VerdictRecord& record, const CheckVerdict& verdict) {
  for (const Duet& duet : record.duets) {
    if (auto why = degraded(duet.telemetry, kind_of(duet.environment))) return why;
  }
  if (verdict.run_uuid.empty()) return std::nullopt;
  const auto run = context.store(db::Mode::ReadOnly).find_run(verdict.run_uuid);
  if (!run)
    throw Error("run " + verdict.run_uuid + " of this verdict is not recorded; restore the database from a copy");
  return degraded(run->telemetry, kind_of(run->environment));
}

}  // namespace

int replay(Context& context, const po::variables_map& values) {
  const db::VerdictRecord record = find_verdict(context, text_of(values, "verdict"));
  const CheckVerdict recorded = documents::read_verdict(record.document, "verdict " + record.uuid);
  if (recorded.cases.empty())
    throw Error("verdict " + record.uuid + " judged no case" +
                (recorded.reasons.empty() ? "" : " (" + recorded.reasons.front() + ")") + "; name another one");
  double seconds = 0;
  std::size_t cases = 0;
  for (const Duet& duet : record.duets) {
    seconds += measured_seconds(duet);
    cases += duet.cases.size();
  }
  const CheckVerdict again = rejudge(recorded, record.duets, seconds, unfit(context, record, recorded));
  const auto lines = documents::differences(record.document, documents::write(again));
  if (context.json()) {
    context.out() << documents::write(documents::Replay{record.uuid, cases, lines});
  } else if (lines.empty()) {
    context.out() << fmt::format(
        "verdict {} of {}: {}, recomputed from the recorded rounds of {}: the same, bit for bit\n", record.uuid,
        record.made_at, to_string(recorded.outcome), report::count(cases, "case"));
  } else {
    context.out() << fmt::format("verdict {} of {} is not what its record gives today:\n", record.uuid, record.made_at);
    for (const std::string& line : lines) context.out() << "  " << report::printable(line) << "\n";
  }
  return lines.empty() ? 0 : 2;
}

}  // namespace ratchet::cli
