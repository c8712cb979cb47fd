#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "targets.h"

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_of(const std::string& target) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(fs::path(RATCHET_CORPUS) / target)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

std::string contents(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

TEST_CASE("fuzz: what once broke a parser does not, and each has a text in the corpus that it accepts") {
  for (const ratchet::fuzz::Target& target : ratchet::fuzz::targets()) {
    CAPTURE(target.name);
    std::size_t accepted = 0;
    for (const fs::path& file : files_of(target.name)) {
      CAPTURE(file.string());
      CHECK_NOTHROW(accepted += target.accepts(contents(file)) ? 1 : 0);
    }
    CHECK(accepted > 0);
  }
}

TEST_CASE("fuzz: every folder of the corpus belongs to a parser") {
  std::set<std::string> names;
  for (const ratchet::fuzz::Target& target : ratchet::fuzz::targets()) names.insert(target.name);
  for (const auto& entry : fs::directory_iterator(RATCHET_CORPUS))
    CHECK(names.contains(entry.path().filename().string()));
}
