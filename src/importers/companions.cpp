#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "ratchet/error.h"
#include "src/importers/adapter.h"

namespace ratchet::importers {
namespace {

namespace fs = std::filesystem;

// A file that was sent to us must not make us read another one that is only ours to see.
fs::path inside(const fs::path& folder, const std::string& path) {
  const auto refuse = [&](const char* why) { throw Error("\"" + path.substr(0, 200) + "\" " + why); };
  const fs::path relative(path);
  if (path.empty() || path.find('\0') != std::string::npos) refuse("names no file");
  if (relative.is_absolute()) refuse("is an absolute path; a file may only name others beside it");
  for (const fs::path& part : relative)
    if (part == "..") refuse("leaves the file's folder; a file may only name others beside it");
  std::error_code error;
  const fs::path real_folder = fs::canonical(folder, error);
  const fs::path real = error ? fs::path() : fs::canonical(folder / relative, error);
  if (error) refuse(("cannot be read: " + error.message()).c_str());
  if (real.lexically_relative(real_folder).native().starts_with(".."))
    refuse("is a link that leaves the file's folder");
  if (!fs::is_regular_file(real)) refuse("is not a regular file");
  if (fs::file_size(real) > kMaxTextBytes) refuse("is larger than what is imported");
  return real;
}

}  // namespace

// Not documents::read_file: samples may begin as a gzip file does.
Companion companions_in(const std::string& folder) {
  return [folder = fs::path(folder.empty() ? "." : folder)](const std::string& path) {
    const fs::path file = inside(folder, path);
    std::ifstream stream(file, std::ios::binary);
    std::string contents{std::istreambuf_iterator<char>(stream), {}};
    if (!stream) throw Error("cannot read " + file.string() + ": " + std::strerror(errno));
    return contents;
  };
}

}  // namespace ratchet::importers
