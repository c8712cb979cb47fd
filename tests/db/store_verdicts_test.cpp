#include <cmath>

#include "db/json_text.h"
#include "tests/db/fixture.h"

namespace ratchet::db {
namespace {

void record(Store& store, const VerdictRecord& verdict) {
  store.record({.run = {}, .summaries = {}, .verdict = verdict, .moves = {}});
}

}  // namespace

TEST_CASE("store: verdicts are listed newest first, also those of which little is known") {
  const Folder folder;
  Store store(folder.file(), Mode::ReadWrite);
  VerdictRecord bare;
  bare.uuid = "verdict-2";
  bare.made_at = "2026-03-03T00:00:00Z";
  bare.outcome = "no_verdict";
  bare.exit_code = 3;
  bare.document = "{}";
  record(store, bare);
  const VerdictRecord verdict = a_verdict("verdict-1");
  record(store, verdict);
  const auto rows = store.verdicts({});
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].uuid == "verdict-2");
  CHECK(rows[0].exit_code == 3);
  CHECK(rows[0].candidate.empty());
  CHECK(rows[0].cases == 0);
  CHECK(rows[1].made_at == verdict.made_at);
  CHECK(rows[1].candidate == verdict.candidate.sha);
  CHECK(rows[1].baseline == verdict.baseline.sha);
  CHECK(rows[1].cases == verdict.cases.size());
  CHECK(store.verdicts({.device_name = rows[1].device_name}).size() == 1);
  CHECK(store.verdicts({.since = "2026-03-03T00:00:00Z"}).size() == 1);
  CHECK(store.verdicts({.limit = 1, .until = "2026-03-02T00:00:00Z"}).at(0).uuid == "verdict-1");
  CHECK_THROWS_AS(static_cast<void>(store.verdict("verdict")), Ambiguous);
}

TEST_CASE("store: a verdict comes back with the rounds that it was decided from") {
  const Folder folder;
  VerdictRecord verdict = a_verdict("verdict-1");
  VerdictRecord bare;
  bare.uuid = "verdict-2";
  bare.made_at = "2026-01-03T00:00:00Z";
  bare.outcome = "no_verdict";
  bare.exit_code = 3;
  bare.document = "{}";
  {
    Store store(folder.file(), Mode::ReadWrite);
    record(store, verdict);
    record(store, bare);
  }
  Store store(folder.file(), Mode::ReadOnly);
  const auto found = store.verdict("verdict-1");
  REQUIRE(found);
  CHECK(content(*found) == content(verdict));
  CHECK(found->document == verdict.document);  // to the letter
  CHECK(found->duets[0].cases[0].launches[2].candidate_ns == std::vector<double>{100.5});
  CHECK(found->duets[0].cases[0].launches[0].candidate_clock_mhz == 1975.5);
  CHECK(found->duets[0].cases[0].launches[1].baseline_clock_mhz == 0);
  CHECK(found->duets[0].cases[0].launches[2].baseline_clock_mhz == 1979);
  CHECK(found->duets[0].cases[0].failures[0].message == "signal 11\xef\xbf\xbd");  // a stray byte, made UTF-8
  CHECK(content(store.verdict("verdict-2").value()) == content(bare));
  CHECK_FALSE(store.verdict("none"));
  CHECK(says(fault_of([&] { static_cast<void>(store.verdict("verdict")); }), "verdict-2 made at 2026-01-03"));
  CHECK(store.check().empty());
}

TEST_CASE("store: a verdict with the same content is left alone, with other content refused") {
  const Folder folder;
  Store store(folder.file(), Mode::ReadWrite);
  record(store, a_verdict("verdict-1"));
  record(store, a_verdict("verdict-1"));
  VerdictRecord other = a_verdict("verdict-1");
  other.duets[0].cases[0].launches[0].baseline_ns[0] += 1;
  CHECK(says(fault_of([&] { record(store, other); }), "verdict-1: one of this uuid with other content"));
}

TEST_CASE("store: an unfit verdict is refused and takes its run with it") {
  const Folder folder;
  Store store(folder.file(), Mode::ReadWrite);
  const auto fault = [&](const auto& change) {
    Recording recording = recording_of(a_run("run-0001"));
    recording.verdict = a_verdict("verdict-1");
    change(*recording.verdict);
    return fault_of([&] { store.record(recording); });
  };
  CHECK(says(fault([](auto& v) { v.uuid = ""; }), "no uuid"));
  CHECK(says(fault([](auto& v) { v.made_at = "soon"; }), "made_at"));
  CHECK(says(fault([](auto& v) { v.document.pop_back(); }), "document is not JSON"));
  CHECK(says(fault([](auto& v) { v.outcome = "fine"; }), "CHECK constraint failed"));
  CHECK(says(fault([](auto& v) { v.exit_code = 0; }), "bad_news_is_not_zero"));
  CHECK(says(fault([](auto& v) { v.cases[0].verdict = "slower"; }), "record the verdict on copy/plain/n=1"));
  CHECK(says(fault([](auto& v) { v.cases[1].case_id = v.cases[0].case_id; }), "judged twice"));
  CHECK(says(fault([](auto& v) { v.cases[0].change = std::nan(""); }), "a change is NaN"));
  CHECK(says(fault([](auto& v) { v.duets[0].cases[0].launches[0].candidate_ns.pop_back(); }), "only one side"));
  CHECK(says(fault([](auto& v) { v.duets[0].cases[0].launches[0].baseline_ns[0] = -1; }), "is not a time"));
  CHECK(says(fault([](auto& v) { v.duets[0].cases[0].facts.handicap_percent = 1; }), "planted slowdown"));
  CHECK(says(fault([](auto& v) { v.duets.push_back(v.duets[0]); }), "twice"));
  CHECK(store.runs({}).empty());
  CHECK_FALSE(store.verdict("verdict-1"));
}

TEST_CASE("store: earlier duets of a case are there to pool its variance from") {
  const Folder folder;
  Store store(folder.file(), Mode::ReadWrite);
  VerdictRecord second = a_verdict("verdict-2");
  second.made_at = "2026-03-01T00:00:00Z";
  second.duets[0].environment = an_environment("NVIDIA H200");
  record(store, second);
  record(store, a_verdict("verdict-1"));
  const auto past = store.past_duets("copy/plain/n=1", {});
  REQUIRE(past.size() == 2);
  CHECK(past[0].verdict_uuid == "verdict-1");
  CHECK(past[0].launches.size() == 3);
  CHECK(past[0].launches[0].candidate_ns == std::vector<double>{101, 103});
  CHECK(past[0].facts.definition == "d1");
  HistoryFilter filter;
  filter.device_name = "NVIDIA H200";
  CHECK(store.past_duets("copy/plain/n=1", filter).size() == 1);
  CHECK(store.past_duets("add/plain/n=1", {}).empty());
}

TEST_CASE("store: the changes of a case beside its baselines come in the order in which they were recorded") {
  const Folder folder;
  Store store(folder.file(), Mode::ReadWrite);
  VerdictRecord first = a_verdict("verdict-1");
  first.made_at = "2026-03-01T00:00:00Z";  // of a machine whose clock is ahead
  record(store, first);
  VerdictRecord second = a_verdict("verdict-2");
  second.cases[0].change = -0.01;
  second.cases[0].change_lo = -0.02;
  second.cases[0].change_hi = -0.005;
  second.cases[0].verdict = "improved";
  second.duets[0].candidate.commit.dirty = true;
  record(store, second);
  const auto changes = store.anchored_changes("copy/plain/n=1", "NVIDIA L4");
  REQUIRE(changes.size() == 2);
  CHECK(changes[0].verdict_uuid == "verdict-1");
  CHECK(changes[0].made_at == "2026-03-01T00:00:00Z");
  CHECK(changes[0].candidate.sha == sha('a'));
  CHECK(changes[0].candidate.subject == "Make it faster");
  CHECK_FALSE(changes[0].candidate.dirty);
  CHECK(changes[0].baseline == sha('b'));
  CHECK(changes[0].change == 0.0183);
  CHECK(changes[0].change_ci.low == 0.0171);
  CHECK(changes[0].change_ci.high == 0.0195);
  CHECK(changes[0].verdict == Verdict::Regressed);
  CHECK(changes[0].launches == 2);
  REQUIRE(changes[0].telemetry.size() == 1);
  CHECK(changes[0].telemetry[0].sm_clock_mhz == 990);
  CHECK(changes[1].verdict == Verdict::Improved);
  CHECK(changes[1].candidate.dirty);
}

TEST_CASE("store: a change is anchored only when a duet measured it, on the model that is asked for") {
  const Folder folder;
  Store store(folder.file(), Mode::ReadWrite);
  VerdictRecord unmeasured = a_verdict("verdict-1");
  unmeasured.cases[0].change = unmeasured.cases[0].change_lo = unmeasured.cases[0].change_hi = std::nullopt;
  record(store, unmeasured);
  VerdictRecord stored = a_verdict("verdict-2");
  stored.cases[0].method = "stored";
  stored.duets.clear();
  record(store, stored);
  VerdictRecord elsewhere = a_verdict("verdict-3");
  elsewhere.duets[0].environment = an_environment("NVIDIA H200");
  record(store, elsewhere);
  CHECK(store.anchored_changes("copy/plain/n=1", "NVIDIA L4").empty());
  CHECK(store.anchored_changes("copy/plain/n=1", "NVIDIA H200").size() == 1);
  CHECK(store.anchored_changes("add/plain/n=1", "NVIDIA L4").empty());
  CHECK(store.anchored_changes("none", "NVIDIA L4").empty());
}

TEST_CASE("store: a check beside several baselines keeps each case with its own") {
  const Folder folder;
  Store store(folder.file(), Mode::ReadWrite);
  VerdictRecord verdict = a_verdict("verdict-1");
  verdict.cases[1] = verdict.cases[0];
  verdict.cases[1].case_id = "add/plain/n=1";
  verdict.duets.push_back(verdict.duets[0]);
  verdict.duets[1].cases[0].facts.id = "add/plain/n=1";
  verdict.duets[1].baseline.commit.sha = sha('c');
  record(store, verdict);
  CHECK(store.anchored_changes("copy/plain/n=1", "NVIDIA L4").at(0).baseline == sha('b'));
  CHECK(store.anchored_changes("add/plain/n=1", "NVIDIA L4").at(0).baseline == sha('c'));
}

TEST_CASE("store: verdicts cannot be changed or deleted afterwards") {
  const Folder folder;
  Store store(folder.file(), Mode::ReadWrite);
  record(store, a_verdict("verdict-1"));
  Connection connection(folder.file(), Mode::ReadWrite);
  for (const char* sql : {"UPDATE verdicts SET exit_code = 0, outcome = 'pass'", "DELETE FROM verdicts",
                          "UPDATE verdict_cases SET verdict = 'held'", "DELETE FROM verdict_cases",
                          "INSERT OR REPLACE INTO verdicts (id, uuid, made_at, outcome, exit_code, document) "
                          "VALUES (1, 'verdict-1', '2026-01-01T00:00:00Z', 'pass', 0, '{}')"}) {
    CAPTURE(sql);
    CHECK(says(fault_of([&] { connection.execute("tamper", sql); }), "append-only"));
  }
}

TEST_CASE("store: an acceptance needs a reason and a person, and stays") {
  const Folder folder;
  Store store(folder.file(), Mode::ReadWrite);
  const Acceptance acceptance{"copy/*", "correctness first", "ada", "2026-12-31", "2026-01-01T00:00:00Z"};
  store.accept(acceptance);
  REQUIRE(store.acceptances().size() == 1);
  CHECK(store.acceptances()[0].reason == "correctness first");
  CHECK(store.acceptances()[0].until == "2026-12-31");
  for (auto member : {&Acceptance::case_id, &Acceptance::reason, &Acceptance::actor, &Acceptance::accepted_at}) {
    Acceptance bad = acceptance;
    bad.*member = "";
    CHECK_THROWS_AS(store.accept(bad), Error);
  }
  Connection connection(folder.file(), Mode::ReadWrite);
  CHECK_THROWS_AS(connection.execute("tamper", "UPDATE acceptances SET reason = 'other'"), Error);
  CHECK_THROWS_AS(connection.execute("tamper", "DELETE FROM acceptances"), Error);
  CHECK(store.acceptances().size() == 1);
}

}  // namespace ratchet::db
