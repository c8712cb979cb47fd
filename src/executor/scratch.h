// A folder of this process for what others are given as files: removed at its end with all that is in it, or by the
// next process that makes one for the same purpose when this one was killed.
#pragma once

#include <filesystem>

#include "db/temporary_name.h"

namespace ratchet::executor {

class Scratch {
 public:
  // purpose: a word in its name.
  explicit Scratch(const char* purpose);

  // Without links, so that names below it can be compared.
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  db::TemporaryName name_;
  std::filesystem::path path_;
};

}  // namespace ratchet::executor
