#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "refusal.h"
#include "src/documents/documents.h"
#include "temporary_folder.h"

using namespace ratchet;

namespace {

void write_plain(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

void write_gzip(const std::filesystem::path& path, const std::string& text) {
  gzFile file = gzopen(path.c_str(), "wb");
  REQUIRE(file != nullptr);
  REQUIRE(gzwrite(file, text.data(), static_cast<unsigned>(text.size())) == static_cast<int>(text.size()));
  REQUIRE(gzclose(file) == Z_OK);
}

// Noise, so that a cut-off file is cut inside the data.
std::string noise(std::size_t size) {
  std::string text;
  unsigned state = 1;
  while (text.size() < size) text += static_cast<char>((state = state * 1664525U + 1013904223U) >> 24);
  return text;
}

}  // namespace

TEST_CASE("file: plain and gzip files read alike, whatever their names") {
  const TemporaryFolder folder;
  const std::string text = noise(1'000'000);
  write_plain(folder / "a.gz", text);
  write_gzip(folder / "b.json", text);
  CHECK(documents::read_file(folder / "a.gz") == text);
  CHECK(documents::read_file(folder / "b.json") == text);
}

TEST_CASE("file: an empty file reads as no text, and the document readers refuse that") {
  const TemporaryFolder folder;
  write_plain(folder / "empty.json", "");
  const std::string text = documents::read_file(folder / "empty.json");
  CHECK(text.empty());
  CHECK(contains(refusal([&] { (void)documents::read_run(text, "empty.json"); }), "empty.json"));
}

TEST_CASE("file: a gzip file that is cut off or damaged is refused by name") {
  const TemporaryFolder folder;
  write_gzip(folder / "whole.gz", noise(100'000));
  std::string bytes;
  {
    std::ifstream in(folder / "whole.gz", std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(in), {});
  }
  write_plain(folder / "cut.gz", bytes.substr(0, bytes.size() / 2));
  CHECK(contains(refusal([&] { (void)documents::read_file(folder / "cut.gz"); }), "cut.gz: the gzip data are damaged"));
  write_plain(folder / "tail.gz", bytes.substr(0, bytes.size() - 4));
  CHECK(
      contains(refusal([&] { (void)documents::read_file(folder / "tail.gz"); }), "tail.gz: the gzip data are damaged"));
  bytes[bytes.size() - 6] = static_cast<char>(bytes[bytes.size() - 6] ^ 1);
  write_plain(folder / "crc.gz", bytes);
  CHECK(contains(refusal([&] { (void)documents::read_file(folder / "crc.gz"); }), "crc.gz: the gzip data are damaged"));
}

TEST_CASE("file: the limit counts expanded bytes") {
  const TemporaryFolder folder;
  write_gzip(folder / "zeros.gz", std::string(1000, 'a'));
  CHECK(documents::read_file(folder / "zeros.gz", 1000).size() == 1000);
  CHECK(contains(refusal([&] { (void)documents::read_file(folder / "zeros.gz", 999); }), "larger than 999 bytes"));
}

TEST_CASE("file: a missing file and a folder are refused by name") {
  const TemporaryFolder folder;
  CHECK(contains(refusal([&] { (void)documents::read_file(folder / "none.json"); }), "none.json: No such file"));
  CHECK(contains(refusal([&] { (void)documents::read_file(folder.path()); }), "is a folder"));
}

TEST_CASE("file: a dash is standard input, which stays open") {
  const TemporaryFolder folder;
  write_gzip(folder / "in.gz", "from stdin");
  const int saved = ::dup(STDIN_FILENO);
  const int in = ::open((folder / "in.gz").c_str(), O_RDONLY | O_CLOEXEC);
  REQUIRE(::dup2(in, STDIN_FILENO) == STDIN_FILENO);
  CHECK(documents::read_file("-") == "from stdin");
  CHECK(::fcntl(STDIN_FILENO, F_GETFD) != -1);
  ::dup2(saved, STDIN_FILENO);
  ::close(saved);
  ::close(in);
}

TEST_CASE("file: replacing a file leaves the new text, a readable mode and nothing else") {
  const TemporaryFolder folder;
  write_plain(folder / "f", "old and longer");
  documents::replace_file(folder / "f", "new");
  CHECK(documents::read_file(folder / "f") == "new");
  const auto mode = std::filesystem::status(folder / "f").permissions();
  CHECK((mode & std::filesystem::perms::owner_read) != std::filesystem::perms::none);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("file: a replacement that cannot be written keeps the old file") {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "d");
  write_plain(folder / "d" / "f", "old");
  CHECK(contains(refusal([&] { documents::replace_file(folder / "d", "new"); }), "cannot replace"));
  CHECK(documents::read_file(folder / "d" / "f") == "old");
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
  CHECK(contains(refusal([&] { documents::replace_file(folder / "none" / "f", "new"); }), "cannot create"));
}
