#include "db/page_checksums.h"

#include <sqlite3.h>
#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace ratchet::db {
namespace {

static_assert(std::endian::native == std::endian::little, "the words of a checksum are little-endian");

constexpr int kSmallestPageBytes = 512;
constexpr int kLargestPageBytes = 65'536;
constexpr std::size_t kReservedAt = 20;  // in the first page: how many bytes each page reserves
constexpr std::string_view kMagic("SQLite format 3\0", 16);

using Page = std::span<const char>;
using Checksum = std::array<char, kChecksumBytes>;

Checksum checksum_of(Page page) {
  std::uint32_t first = 0;
  std::uint32_t second = 0;
  for (std::size_t at = 0; at + 2 * kChecksumBytes <= page.size(); at += 8) {
    std::array<std::uint32_t, 2> words{};
    std::memcpy(words.data(), &page[at], sizeof words);
    first += words[0] + second;
    second += words[1] + first;
  }
  Checksum checksum{};
  std::memcpy(checksum.data(), &first, 4);
  std::memcpy(checksum.data() + 4, &second, 4);
  return checksum;
}

bool is_true_to_its_checksum(Page page) { return std::ranges::equal(checksum_of(page), page.last(kChecksumBytes)); }

bool is_first_page(Page page) { return std::string_view(page.data(), kMagic.size()) == kMagic; }

// With checksums on, but for the byte that says so.
bool has_lost_its_mark(Page page) {
  std::array<char, kLargestPageBytes> mended{};
  std::ranges::copy(page, mended.begin());
  mended[kReservedAt] = kChecksumBytes;
  return is_true_to_its_checksum(Page(mended.data(), page.size()));
}

// Behind each file object of SQLite's own. The object stays as it is; only its table of methods is a copy, in which
// reading and writing are ours.
struct Checked {
  sqlite3_io_methods methods;
  const sqlite3_io_methods* own;
  bool on;  // this file has checksums, as its first page says
};

sqlite3_vfs* own_vfs() {
  static sqlite3_vfs* const vfs = sqlite3_vfs_find(nullptr);
  return vfs;
}

int checked_offset() { return (own_vfs()->szOsFile + 15) / 16 * 16; }

Checked& checked(sqlite3_file* file) {
  return *reinterpret_cast<Checked*>(reinterpret_cast<char*>(file) + checked_offset());
}

bool is_page(int size_bytes, sqlite3_int64 offset) {
  return size_bytes >= kSmallestPageBytes && size_bytes <= kLargestPageBytes &&
         std::has_single_bit(static_cast<unsigned>(size_bytes)) && offset % size_bytes == 0;
}

int read(sqlite3_file* file, void* into, int size_bytes, sqlite3_int64 offset) {
  Checked& state = checked(file);
  const int code = state.own->xRead(file, into, size_bytes, offset);
  if (!is_page(size_bytes, offset)) return code;
  if (code == SQLITE_IOERR_SHORT_READ && state.on) {  // nothing lies beyond the end, but a cut page does
    sqlite3_int64 end = 0;
    return state.own->xFileSize(file, &end) == SQLITE_OK && offset < end ? SQLITE_IOERR_DATA : code;
  }
  if (code != SQLITE_OK) return code;
  const Page page(static_cast<const char*>(into), static_cast<std::size_t>(size_bytes));
  if (offset == 0) {
    state.on = is_first_page(page) && page[kReservedAt] == kChecksumBytes;
    if (!state.on) return is_first_page(page) && has_lost_its_mark(page) ? SQLITE_IOERR_DATA : SQLITE_OK;
  }
  return !state.on || is_true_to_its_checksum(page) ? SQLITE_OK : SQLITE_IOERR_DATA;
}

int write(sqlite3_file* file, const void* from, int size_bytes, sqlite3_int64 offset) {
  Checked& state = checked(file);
  if (!is_page(size_bytes, offset)) return state.own->xWrite(file, from, size_bytes, offset);
  const Page page(static_cast<const char*>(from), static_cast<std::size_t>(size_bytes));
  if (offset == 0) state.on = is_first_page(page) && page[kReservedAt] == kChecksumBytes;
  // Into SQLite's own page, as its shim does: what goes from there into a journal must be true too, since a journal is
  // played back before the first page says whether there are checksums at all.
  if (state.on) std::ranges::copy(checksum_of(page), const_cast<char*>(&page[page.size() - kChecksumBytes]));
  return state.own->xWrite(file, from, size_bytes, offset);
}

int open(sqlite3_vfs*, sqlite3_filename name, sqlite3_file* file, int flags, int* opened) {
  const int code = own_vfs()->xOpen(own_vfs(), name, file, flags, opened);
  if (code != SQLITE_OK || (flags & SQLITE_OPEN_MAIN_DB) == 0) return code;
  Checked& state = checked(file);
  state = {.methods = *file->pMethods, .own = file->pMethods, .on = false};
  state.methods.iVersion = std::min(state.methods.iVersion, 2);  // 3 would map pages past read()
  state.methods.xRead = read;
  state.methods.xWrite = write;
  file->pMethods = &state.methods;
  return SQLITE_OK;
}

}  // namespace

const char* checksummed_vfs() {
  // All but opening is as in SQLite's own, as in its unix-excl or unix-dotfile.
  static sqlite3_vfs vfs = [] {
    sqlite3_vfs made = *own_vfs();
    made.zName = "ratchet";
    made.szOsFile = checked_offset() + static_cast<int>(sizeof(Checked));
    made.xOpen = open;
    return made;
  }();
  static const int registered = sqlite3_vfs_register(&vfs, 0);
  return registered == SQLITE_OK ? vfs.zName : nullptr;
}

}  // namespace ratchet::db
