// A checksum in the last 8 bytes of every page of a database file, verified whenever SQLite reads the page. Without it
// a flipped bit in a number, or in the page of an index, reads as another number or another baseline, and the gate
// decides on it. With it the read fails.
//
// In the format of SQLite's own checksum shim (https://sqlite.org/cksumvfs.html), whose extension checks and writes our
// files; that is source to compile and in no distribution's package. One checksum a page and not one a row: rows that
// an index no longer finds, or finds twice, have no checksum of their own to betray it.
#pragma once

namespace ratchet::db {

constexpr int kChecksumBytes = 8;  // what a database must reserve in each page; one that reserves none is not verified

// The name under which SQLite knows the files with checksums. Registers them the first time.
[[nodiscard]] const char* checksummed_vfs();

}  // namespace ratchet::db
