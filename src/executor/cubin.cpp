#include "src/executor/cubin.h"

#include <elf.h>

#include <cstring>
#include <vector>

#include "db/sha256.h"
#include "ratchet/error.h"

namespace ratchet::executor {
namespace {

constexpr std::string_view kCode = ".text.";

[[noreturn]] void refuse(const std::string& why) { throw Error("a cubin cannot be read: " + why); }

// Checked before anything of it is believed: a file that was cut short must not look like one with fewer kernels.
class Elf {
 public:
  explicit Elf(std::string_view bytes) : bytes_(bytes) {
    const auto header = read<Elf64_Ehdr>(0);
    if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64 ||
        header.e_ident[EI_DATA] != ELFDATA2LSB || header.e_machine != EM_CUDA)
      refuse("it is no 64-bit ELF file for CUDA");
    if (header.e_shentsize != sizeof(Elf64_Shdr) || header.e_shnum == 0 || header.e_shstrndx >= header.e_shnum)
      refuse("its table of sections is not understood");
    for (std::uint64_t i = 0; i < header.e_shnum; ++i)
      sections_.push_back(read<Elf64_Shdr>(header.e_shoff + i * sizeof(Elf64_Shdr)));
    for (const Elf64_Shdr& section : sections_)
      if (section.sh_type != SHT_NULL && section.sh_type != SHT_NOBITS) (void)contents(section);
    names_ = header.e_shstrndx;
  }

  [[nodiscard]] const std::vector<Elf64_Shdr>& sections() const { return sections_; }
  [[nodiscard]] std::string name(const Elf64_Shdr& section) const { return string(names_, section.sh_name); }

  // The NUL-terminated text in a table of strings.
  [[nodiscard]] std::string string(std::size_t table, std::uint64_t offset) const {
    if (table >= sections_.size()) refuse("a table of names is missing");
    const std::string_view text = contents(sections_[table]);
    const std::size_t end = offset < text.size() ? text.find('\0', offset) : text.npos;
    if (end == text.npos) refuse("a name is cut off");
    return std::string(text.substr(offset, end - offset));
  }

  [[nodiscard]] std::vector<Elf64_Sym> symbols(const Elf64_Shdr& section) const {
    std::vector<Elf64_Sym> symbols(contents(section).size() / sizeof(Elf64_Sym));
    for (std::size_t i = 0; i < symbols.size(); ++i)
      symbols[i] = read<Elf64_Sym>(section.sh_offset + i * sizeof(Elf64_Sym));
    return symbols;
  }

 private:
  template <typename Part>
  [[nodiscard]] Part read(std::uint64_t offset) const {
    if (offset > bytes_.size() || bytes_.size() - offset < sizeof(Part)) refuse("it is cut off");
    Part part;
    std::memcpy(&part, bytes_.data() + offset, sizeof part);
    return part;
  }

  [[nodiscard]] std::string_view contents(const Elf64_Shdr& section) const {
    if (section.sh_offset > bytes_.size() || bytes_.size() - section.sh_offset < section.sh_size)
      refuse("it is cut off");
    return bytes_.substr(section.sh_offset, section.sh_size);
  }

  std::string_view bytes_;
  std::vector<Elf64_Shdr> sections_;
  std::size_t names_ = 0;
};

// libcu++ puts an object without contents into every cubin for each of its function objects (begin, end, ignore). They
// are nobody's to set; without this exception nothing that includes CUB or Thrust would ever be known to be the same.
bool is_empty_library_object(std::string_view name, std::uint64_t size) {
  constexpr std::string_view kNested = "_ZN";
  if (size > 1 || !name.starts_with(kNested)) return false;
  name.remove_prefix(kNested.size());
  const std::size_t digits = name.find_first_not_of("0123456789");
  const bool internal = digits > 0 && digits < 5 && name.substr(digits).starts_with("_INTERNAL_");
  if (internal) {
    const std::size_t length = std::stoul(std::string(name.substr(0, digits)));
    if (length > name.size() - digits) return false;
    name.remove_prefix(digits + length);
  }
  return name.starts_with("4cuda3std") || name.starts_with("6thrust");
}

// The host reaches __device__ and __constant__ variables; shared and local memory are the kernel's own. What the
// compiler made, such as the text of a printf, has a name that no program can give.
bool is_variable(const Elf& elf, const Elf64_Sym& symbol, const std::string& name) {
  if (ELF64_ST_TYPE(symbol.st_info) != STT_OBJECT || symbol.st_shndx == SHN_UNDEF) return false;
  if (name.starts_with("$") || is_empty_library_object(name, symbol.st_size)) return false;
  if (symbol.st_shndx >= elf.sections().size()) return true;
  const std::string section = elf.name(elf.sections()[symbol.st_shndx]);
  return !section.starts_with(".nv.shared.") && !section.starts_with(".nv.local.");
}

}  // namespace

Cubin read_cubin(std::string_view bytes, std::string architecture) {
  const Elf elf(bytes);
  Cubin cubin;
  cubin.architecture = std::move(architecture);
  cubin.hash = db::sha256_of(bytes);
  bool has_symbols = false;
  for (const Elf64_Shdr& section : elf.sections()) {
    const std::string name = elf.name(section);
    if (name.starts_with(kCode)) cubin.kernels.insert(name.substr(kCode.size()));
    if (section.sh_type != SHT_SYMTAB) continue;
    has_symbols = true;
    for (const Elf64_Sym& symbol : elf.symbols(section))
      if (is_variable(elf, symbol, elf.string(section.sh_link, symbol.st_name))) cubin.has_variables = true;
  }
  if (!has_symbols) refuse("it has no symbols, so nobody knows its variables");
  return cubin;
}

bool runs_on(const std::string& architecture, const std::string& capability) {
  const std::size_t dot = capability.find('.');
  if (!architecture.starts_with("sm_") || dot == 0 || dot == capability.npos) return false;
  std::string number = architecture.substr(3);
  const bool only_its_own = number.ends_with('a') || number.ends_with('f');
  if (only_its_own) number.pop_back();
  const std::string major = capability.substr(0, dot);
  const std::string minor = capability.substr(dot + 1);
  // The last digit is the minor version: sm_89 is 8.9, sm_120 is 12.0.
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (number.size() < 2 || minor.size() != 1 || !is_digit(number.back()) || !is_digit(minor[0])) return false;
  if (number.substr(0, number.size() - 1) != major) return false;
  return only_its_own ? number.back() == minor[0] : number.back() <= minor[0];
}

}  // namespace ratchet::executor
