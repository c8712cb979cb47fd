#include "db/rows.h"
#include "db/store.h"

namespace ratchet::db {

void Store::record(const TuningRecord& tuning) {
  require_time(connection_, tuning.made_at, "tuning of " + tuning.key.family + ": made_at");
  Transaction transaction(connection_, "record a tuning");
  Statement insert(connection_, "record the tuning of " + tuning.key.family + " " + tuning.key.shape,
                   "INSERT INTO tunings (environment_id, device_name, driver, clock_policy, modules, family, shape, "
                   "made_at, document) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  const TuningKey& key = tuning.key;
  insert.run(put_environment(connection_, tuning.environment), key.device_name, key.driver, key.clock_policy,
             key.modules, key.family, key.shape, tuning.made_at, tuning.document);
  transaction.commit();
}

std::optional<std::string> Store::tuning(const TuningKey& key) {
  Statement select(connection_, "find a tuning of " + key.family,
                   "SELECT document FROM tunings WHERE device_name = ? AND driver = ? AND clock_policy = ? AND "
                   "modules = ? AND family = ? AND shape = ? ORDER BY unixepoch(made_at) DESC, id DESC LIMIT 1");
  select.start(key.device_name, key.driver, key.clock_policy, key.modules, key.family, key.shape);
  if (!select.step()) return std::nullopt;
  return select.text(0);
}

}  // namespace ratchet::db
