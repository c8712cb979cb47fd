#include "tests/db/disk_record.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <string_view>

namespace ratchet::db {
namespace {

constexpr std::uint64_t kSectorBytes = 512;

struct Tree {
  std::map<int, std::string> contents;
  std::map<int, std::map<std::string, Operation>> entries;  // of folders, by name

  void write(int node, std::uint64_t offset_bytes, std::string_view bytes) {
    std::string& content = contents[node];
    content.resize(std::max<std::size_t>(content.size(), offset_bytes + bytes.size()));
    content.replace(offset_bytes, bytes.size(), bytes);
  }

  void apply(const Operation& one) {
    if (one.act == Act::Size) contents[one.node].resize(one.offset_bytes);
    if (one.act == Act::Removal) entries[one.node].erase(one.name);
    if (one.act == Act::Entry) {
      entries[one.node].erase(one.former_name);
      entries[one.node][one.name] = one;
    }
  }

  void build(int folder, const std::filesystem::path& at) {
    for (const auto& [name, entry] : entries[folder]) {
      if (entry.folder) {
        std::filesystem::create_directory(at / name);
        build(entry.entry, at / name);
      } else {
        std::ofstream(at / name, std::ios::binary) << contents[entry.entry];
      }
    }
  }
};

}  // namespace

int DiskRecord::acknowledged_before(std::size_t operation) const {
  return static_cast<int>(std::count_if(operations_.begin(),
                                        operations_.begin() + static_cast<std::ptrdiff_t>(operation),
                                        [](const Operation& one) { return one.act == Act::Acknowledged; }));
}

void DiskRecord::after_power_cut(std::size_t operation, std::mt19937_64& random,
                                 const std::filesystem::path& into) const {
  std::map<int, std::size_t> synced;  // what came before this on the node is on the disk
  for (std::size_t i = 0; i < operation; ++i)
    if (operations_[i].act == Act::Sync) synced[operations_[i].node] = i;
  // Of what was not synced nothing, all, or a share is kept: each finds what the others do not.
  const double share = std::array{0.0, 0.1, 0.5, 0.9, 1.0}.at(random() % 5);
  const auto kept = [&] { return std::uniform_real_distribution(0.0, 1.0)(random) < share; };
  Tree tree;
  for (std::size_t i = 0; i < operation; ++i) {
    const Operation& one = operations_[i];
    const auto last = synced.find(one.node);
    const bool durable = last != synced.end() && i < last->second;
    if (one.act != Act::Write) {
      if (durable || kept()) tree.apply(one);
      continue;
    }
    for (std::uint64_t begin = 0; begin < one.bytes.size();) {
      const std::uint64_t place = one.offset_bytes + begin;
      const std::uint64_t part = std::min(kSectorBytes - place % kSectorBytes, one.bytes.size() - begin);
      if (durable || kept()) tree.write(one.node, place, std::string_view(one.bytes).substr(begin, part));
      begin += part;
    }
  }
  tree.build(0, into);
}

}  // namespace ratchet::db
