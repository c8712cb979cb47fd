#include "db/rows.h"

#include "db/json_text.h"
#include "db/sha256.h"
#include "db/store.h"

namespace ratchet::db {

std::int64_t put_commit(Connection& connection, const Commit& commit) {
  Statement upsert(connection, "record commit " + commit.sha,
                   "INSERT INTO commits (sha, tree, dirty, subject, time) VALUES (?, ?, ?, ?, ?) "
                   "ON CONFLICT (sha, tree, dirty) DO UPDATE SET "
                   "subject = iif(subject = '', excluded.subject, subject), time = iif(time = '', excluded.time, time) "
                   "RETURNING id");
  const std::int64_t id = upsert.run_for_id(commit.sha, commit.tree, commit.dirty, commit.subject, commit.time);
  Statement parent(connection, "record the parents of commit " + commit.sha,
                   "INSERT INTO commit_parents (commit_id, position, sha) VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
  for (std::size_t i = 0; i < commit.parents.size(); ++i) parent.run(id, i, commit.parents[i]);
  return id;
}

std::string fingerprint(const Environment& environment) { return sha256_of(environment_text(environment)); }

std::int64_t put_environment(Connection& connection, const Environment& environment) {
  const std::string print = fingerprint(environment);
  const Device& device = environment.device;
  Statement insert(
      connection, "record the environment " + device.name,
      "INSERT INTO environments (fingerprint, device_kind, device_name, device_uuid, "
      "compute_capability, memory_bytes, l2_bytes, peak_bandwidth_bytes_per_s, driver, cuda_runtime, cpu, os, "
      "clock_policy, timer_tick_ns) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
  insert.run(print, device.kind, device.name, device.uuid, device.compute_capability, device.memory_bytes,
             device.l2_bytes, device.peak_bandwidth_bytes_per_s, environment.driver, environment.cuda_runtime,
             environment.cpu, environment.os, environment.clock_policy, environment.timer_tick_ns);
  Statement find(connection, "find the environment " + device.name,
                 "SELECT id FROM environments WHERE fingerprint = ?");
  find.start(print);
  if (!find.step())
    throw Error("cannot record the environment " + device.name + ": it is not there after it was added");
  return find.integer(0);
}

std::int64_t put_case(Connection& connection, const std::string& name) {
  Statement insert(connection, "record case " + name, "INSERT INTO cases (name) VALUES (?) ON CONFLICT DO NOTHING");
  insert.run(name);
  Statement find(connection, "find case " + name, "SELECT id FROM cases WHERE name = ?");
  find.start(name);
  if (!find.step()) throw Error("cannot record case " + name + ": it is not there after it was added");
  return find.integer(0);
}

Commit read_commit(Row& row) {
  Commit commit;
  commit.sha = row.text();
  commit.tree = row.text();
  commit.dirty = row.flag();
  commit.subject = row.text();
  commit.time = row.text();
  return commit;
}

Commit load_commit(Connection& connection, std::int64_t id) {
  Statement select(connection, "read a commit", "SELECT sha, tree, dirty, subject, time FROM commits WHERE id = ?");
  select.start(id);
  if (!select.step()) throw Error(connection.file().string() + ": a commit is missing; see ratchet doctor");
  Row row(select);
  Commit commit = read_commit(row);
  Statement parents(connection, "read a commit's parents",
                    "SELECT sha FROM commit_parents WHERE commit_id = ? ORDER BY position");
  for (parents.start(id); parents.step();) commit.parents.push_back(parents.text(0));
  return commit;
}

Environment load_environment(Connection& connection, std::int64_t id) {
  Statement select(connection, "read an environment",
                   "SELECT device_kind, device_name, device_uuid, compute_capability, memory_bytes, l2_bytes, "
                   "peak_bandwidth_bytes_per_s, driver, cuda_runtime, cpu, os, clock_policy, timer_tick_ns "
                   "FROM environments WHERE id = ?");
  select.start(id);
  if (!select.step()) throw Error(connection.file().string() + ": an environment is missing; see ratchet doctor");
  Row row(select);
  return {.device = {.kind = row.text(),
                     .name = row.text(),
                     .uuid = row.text(),
                     .compute_capability = row.text(),
                     .memory_bytes = row.count(),
                     .l2_bytes = row.count(),
                     .peak_bandwidth_bytes_per_s = row.real()},
          .driver = row.text(),
          .cuda_runtime = row.text(),
          .cpu = row.text(),
          .os = row.text(),
          .clock_policy = row.text(),
          .timer_tick_ns = row.real()};
}

void require_time(Connection& connection, const std::string& text, const std::string& what) {
  Statement parse(connection, "read a time",
                  "SELECT unixepoch(?1) IS NOT NULL AND ?1 GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T"
                  "[0-9][0-9]:[0-9][0-9]:[0-9][0-9]*[Z0-9]'");
  parse.start(text);
  if (!parse.step() || parse.integer(0) == 0) {
    throw BadTime(what + ": \"" + text + "\" is not an RFC 3339 time; give one such as 2026-01-31T12:00:00Z");
  }
}

void require_times(Connection& connection, const HistoryFilter& filter) {
  if (!filter.since.empty()) require_time(connection, filter.since, "since");
  if (!filter.until.empty()) require_time(connection, filter.until, "until");
}

std::int64_t limit_of(std::optional<std::uint64_t> limit) { return limit ? static_cast<std::int64_t>(*limit) : -1; }

void require_prefix(const std::string& prefix) {
  if (prefix.size() < 4) throw Error("\"" + prefix + "\" is too short for a name; give at least 4 digits");
}

}  // namespace ratchet::db
