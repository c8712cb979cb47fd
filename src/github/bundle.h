// "ratchet.bundle/1": what a job without rights measured, as a folder of files for a job with rights to judge. It
// travels as an artifact that a stranger's code could write, so reading it believes nothing: not a name, a size, a hash
// or a claim. What it holds can still be invented by who measured; a reader must judge the rounds itself and ask GitHub
// whom it is about.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "ratchet/run.h"
#include "ratchet/verdict.h"

namespace ratchet::github {

struct Bundle {
  std::string repository;    // "owner/name"
  std::string event;         // name of the event that measured
  std::uint64_t number = 0;  // of the pull request
  std::uint64_t run_id = 0;
  std::string head_sha;
  CheckVerdict verdict;
  std::vector<Duet> duets;
};

inline constexpr const char* kManifest = "bundle.json";

// Into a folder that is new or empty.
void write_bundle(const std::filesystem::path& folder, const Bundle& bundle);

// Error, naming the file, for anything but exactly the files of the manifest: regular, plainly named, no larger than
// they say and than we read (64 MiB each, 256 MiB in all, 64 files), with the right SHA-256. Follows no link and expands
// nothing.
[[nodiscard]] Bundle read_bundle(const std::filesystem::path& folder);

}  // namespace ratchet::github
