#include "src/executor/scratch.h"

#include <sys/stat.h>

#include <string>

#include "ratchet/error.h"

namespace ratchet::executor {

namespace fs = std::filesystem;

Scratch::Scratch(const char* purpose) : name_(fs::temp_directory_path() / (std::string("ratchet-") + purpose)) {
  const fs::path folder = name_.with(".d");
  if (::mkdir(folder.c_str(), 0700) != 0) throw Error("cannot make " + folder.string() + "; is the disk full?");
  path_ = fs::canonical(folder);
}

}  // namespace ratchet::executor
