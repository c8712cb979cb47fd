#include "src/bench/library.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <utility>
#include <vector>

#include "ratchet/error.h"

namespace ratchet::bench {

namespace {

template <typename T>
std::optional<T> read_at(std::istream& file, std::uint64_t offset) {
  T value;
  file.seekg(static_cast<std::streamoff>(offset));
  if (!file.read(reinterpret_cast<char*>(&value), sizeof value)) return std::nullopt;
  return value;
}

// How many bytes of addresses the loader takes for a library; 0 for a file that is none, which the loader will refuse.
std::uint64_t addresses(std::istream& file) {
  const auto header = read_at<ElfW(Ehdr)>(file, 0);
  std::uint64_t end = 0;
  for (std::uint64_t i = 0; header && i < header->e_phnum; ++i) {
    const auto segment = read_at<ElfW(Phdr)>(file, header->e_phoff + i * sizeof(ElfW(Phdr)));
    if (!segment) return 0;
    if (segment->p_type == PT_LOAD) end = std::max(end, segment->p_vaddr + segment->p_memsz);
  }
  return end;
}

constexpr int kTries = 100;  // gaps between what is mapped already

// While it lives, the next mapping of `bytes` of the file begins at a multiple of kAlignment: the kernel puts a mapping as
// high as there is room, so room above such an address is taken away. Where there is none,
// the copy lies anywhere: times scatter more, and the verdict knows that from them.
class Aligner {
 public:
  Aligner(int file, std::uint64_t bytes) {
    const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    bytes = (bytes + page - 1) / page * page;
    for (int i = 0; i < kTries && bytes > 0; ++i) {
      void* const place = mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, file, 0);
      if (place == MAP_FAILED) return;
      munmap(place, bytes);
      const auto begin = reinterpret_cast<std::uint64_t>(place);
      const std::uint64_t above = begin % kAlignment;
      if (above == 0 || !(take(begin + bytes - above, above) || take(begin, bytes))) return;
    }
  }
  ~Aligner() {
    for (const auto& [room, bytes] : taken_) munmap(room, bytes);
  }
  Aligner(const Aligner&) = delete;
  Aligner& operator=(const Aligner&) = delete;

 private:
  // False where something lies there.
  bool take(std::uint64_t begin, std::uint64_t bytes) {
    void* const wanted = reinterpret_cast<void*>(begin);
    void* const room = mmap(wanted, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (room == MAP_FAILED) return false;
    taken_.emplace_back(room, bytes);
    return true;
  }

  std::vector<std::pair<void*, std::uint64_t>> taken_;
};

Library open(const std::string& name, const std::string& path) {
  Library library(dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL));
  if (!library) throw Error(fmt::format("{}: cannot be loaded: {}", path, dlerror()));
  return library;
}

}  // namespace

void CloseLibrary::operator()(void* library) const noexcept { dlclose(library); }

Library load_library(const std::string& path) { return open(path, path); }

Library load_copy(const std::string& path) {
  const int copy = memfd_create("ratchet-module", MFD_CLOEXEC);
  if (copy < 0) throw Error(fmt::format("{}: cannot make a copy in memory (is vm.memfd_noexec 2 here?)", path));
  const std::string name = fmt::format("/proc/self/fd/{}", copy);
  std::ifstream file(path, std::ios::binary);
  // Not an ofstream, which asks to empty the file: that is refused here (confinement.h).
  std::fstream(name, std::ios::in | std::ios::out | std::ios::binary) << file.rdbuf();
  // The descriptor stays open on purpose: a profiler or debugger finds the code through it.
  const Aligner aligner(copy, addresses(file));
  return open(name, path);
}

}  // namespace ratchet::bench
