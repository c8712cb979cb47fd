// Small ELF files in the shape of cubins: sections by name, and objects (variables) in them. The code comes last, so
// that a file cut short has lost code and nothing that is needed to find it.
#pragma once

#include <elf.h>

#include <cstring>
#include <string>
#include <vector>

struct Object {
  std::string name;
  std::string section;  // "" for one that is only used, and defined elsewhere
  std::uint64_t size = 4;
};

struct Section {
  std::string name;
  Elf64_Word type = SHT_PROGBITS;
  std::string contents;
};

template <typename Value>
std::string bytes_of(const Value& value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof value);
}

inline std::string elf(const std::vector<std::string>& names, const std::vector<Object>& objects = {},
                       const std::string& code = "code") {
  std::vector<Section> sections{{"", SHT_NULL, ""}};
  for (const std::string& name : names) sections.push_back({name, SHT_PROGBITS, code});
  const std::size_t strings = names.size() + 2;  // after the symbols
  std::string text(1, '\0');
  const auto put = [&text](const std::string& name) {
    text += name + '\0';
    return static_cast<Elf64_Word>(text.size() - name.size() - 1);
  };
  std::string symbols = bytes_of(Elf64_Sym{});
  for (const Object& object : objects) {
    Elf64_Sym symbol{};
    symbol.st_name = put(object.name);
    symbol.st_info = ELF64_ST_INFO(STB_LOCAL, STT_OBJECT);
    symbol.st_size = object.size;
    for (std::size_t i = 1; i < sections.size(); ++i)
      if (sections[i].name == object.section) symbol.st_shndx = static_cast<Elf64_Section>(i);
    symbols += bytes_of(symbol);
  }
  sections.push_back({".symtab", SHT_SYMTAB, symbols});
  sections.push_back({".strtab", SHT_STRTAB, ""});
  std::vector<Elf64_Shdr> table(sections.size());
  for (std::size_t i = 1; i < sections.size(); ++i) table[i].sh_name = put(sections[i].name);
  sections[strings].contents = text;

  std::uint64_t end = sizeof(Elf64_Ehdr) + table.size() * sizeof(Elf64_Shdr);
  std::string contents;
  for (std::size_t i = sections.size() - 1; i > 0; --i) {
    table[i].sh_type = sections[i].type;
    table[i].sh_offset = end;
    table[i].sh_size = sections[i].contents.size();
    table[i].sh_link = static_cast<Elf64_Word>(sections[i].type == SHT_SYMTAB ? strings : 0);
    contents += sections[i].contents;
    end += table[i].sh_size;
  }
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_machine = EM_CUDA;
  header.e_shoff = sizeof header;
  header.e_shentsize = sizeof(Elf64_Shdr);
  header.e_shnum = static_cast<Elf64_Half>(table.size());
  header.e_shstrndx = static_cast<Elf64_Half>(strings);
  std::string file = bytes_of(header);
  for (const Elf64_Shdr& section : table) file += bytes_of(section);
  return file + contents;
}
