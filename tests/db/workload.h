// A small history of everything that the store keeps, step by step, and all of it as one text: whatever happens to a
// database, it must read as after some whole number of steps.
#pragma once

#include <string>
#include <vector>

#include "tests/db/fixture.h"

namespace ratchet::db {

// Each step is one recording, acknowledged when it returns. Module files that steps store are in `sources`, a folder
// beside the database's.
class Workload {
 public:
  Workload();
  [[nodiscard]] std::size_t steps() const { return 7; }
  void step(std::size_t number, Store& store) const;  // from 0
  // What a database reads as after so many steps on a sound disk.
  [[nodiscard]] const std::string& after(std::size_t steps) const { return after_[steps]; }

 private:
  Folder sources_;
  std::vector<std::string> after_;
};

// Everything that a verdict can rest on, as the store gives it back.
[[nodiscard]] std::string everything_in(Store& store);

// Opens the database as the next command would, and requires that it is sound and reads as after `acknowledged` steps
// or more. Returns how many.
std::size_t require_whole(const Workload& workload, const std::filesystem::path& file, std::size_t acknowledged);

// A long run of the torturous tests instead of CI's short one: RATCHET_TORTURE=1, as scripts/torture.sh sets it.
[[nodiscard]] bool is_torture();

}  // namespace ratchet::db
