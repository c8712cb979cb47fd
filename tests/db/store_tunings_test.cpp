#include "tests/db/fixture.h"

namespace ratchet::db {
namespace {

TuningRecord a_tuning(const std::string& document) {
  return {{"NVIDIA L4", "580.1", "default", std::string(64, 'a'), "attention/tiled", "S=512"},
          an_environment(),
          "2026-01-02T00:00:00Z",
          document};
}

}  // namespace

TEST_CASE("store: of a tuning's key the newest document comes back to the letter, and every part of the key counts") {
  const Folder folder;
  Store store(folder.file(), Mode::ReadWrite);
  const TuningRecord first = a_tuning("{\"first\": 1}");
  CHECK_FALSE(store.tuning(first.key));
  store.record(first);
  store.record(a_tuning("{\"second\": 2}"));
  CHECK(store.tuning(first.key) == "{\"second\": 2}");
  for (auto part : {&TuningKey::device_name, &TuningKey::driver, &TuningKey::clock_policy, &TuningKey::modules,
                    &TuningKey::family, &TuningKey::shape}) {
    TuningKey other = first.key;
    other.*part = std::string(64, 'b');
    CHECK_FALSE(store.tuning(other));
  }
  CHECK(store.check().empty());
}

TEST_CASE("store: a tuning without code, family, document or time is refused, and none is changed") {
  const Folder folder;
  Store store(folder.file(), Mode::ReadWrite);
  for (auto part : {&TuningKey::modules, &TuningKey::family, &TuningKey::device_name}) {
    TuningRecord bad = a_tuning("{}");
    bad.key.*part = "";
    CHECK_FALSE(fault_of([&] { store.record(bad); }).empty());
  }
  CHECK_FALSE(fault_of([&] { store.record(a_tuning("")); }).empty());
  TuningRecord timeless = a_tuning("{}");
  timeless.made_at = "today";
  CHECK_FALSE(fault_of([&] { store.record(timeless); }).empty());
  store.record(a_tuning("{}"));
  Connection connection(folder.file(), Mode::ReadWrite);
  CHECK(says(fault_of([&] { connection.execute("tamper", "UPDATE tunings SET shape = ''"); }), "append-only"));
  CHECK(says(fault_of([&] { connection.execute("tamper", "DELETE FROM tunings"); }), "append-only"));
}

}  // namespace ratchet::db
