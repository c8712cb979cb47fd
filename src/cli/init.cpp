#include <algorithm>
#include <cctype>

#include "ratchet/error.h"
#include "src/cli/commands.h"
#include "src/cli/embedded.h"
#include "src/documents/documents.h"

namespace ratchet::cli {
namespace {

namespace fs = std::filesystem;

// The README has the same commands; both are run by tests/sdk.
constexpr const char* kNextForModule =
    "next:\n"
    "  cmake -B build && cmake --build build\n"
    "  git add -A && git commit -m 'Add a module of benchmarks'\n"
    "  ratchet record\n"
    "  ratchet check        # after every change\n";

struct NewFile {
  fs::path path;
  std::string text;
};

// It becomes part of names of files and of targets of CMake.
void require_name(const std::string& name) {
  const bool begins_well = !name.empty() && (std::isalpha(static_cast<unsigned char>(name[0])) != 0 || name[0] == '_');
  const auto allowed = [](unsigned char c) { return c < 0x80 && (std::isalnum(c) != 0 || c == '_'); };
  if (!begins_well || !std::all_of(name.begin(), name.end(), allowed))
    throw Error("a module's name is made of letters, digits and _, and \"" + report::printable(name) +
                "\" is not; a module that exists is listed under \"modules\" in ratchet.json");
}

std::string filled(std::string_view text_name, const std::string& name) {
  std::string text(embedded(text_name));
  constexpr std::string_view kPlace = "@NAME@";
  for (std::size_t at = 0; (at = text.find(kPlace, at)) != std::string::npos; at += name.size())
    text.replace(at, kPlace.size(), name);
  return text;
}

std::vector<NewFile> module_template(const fs::path& folder, const std::string& name) {
  const std::vector<std::string> modules{"build/modules/" + name + "_cuda.so", "build/modules/" + name + "_cpu.so"};
  std::vector<NewFile> files{{folder / repository::kConfigName,
                              repository::commented_template(modules, "cmake -B build && cmake --build build")},
                             {folder / "CMakeLists.txt", filled("template/CMakeLists.txt", name)},
                             {folder / (name + ".cpp"), filled("template/module.cpp", name)},
                             {folder / (name + ".cu"), filled("template/module.cu", name)}};
  // Without it what is built would count as a change of the work tree. One that exists is its owner's.
  if (!fs::exists(folder / ".gitignore")) files.push_back({folder / ".gitignore", "/build/\n/.ratchet/\n"});
  return files;
}

}  // namespace

void declare_init(po::options_description& options) {
  options.add_options()(
      "module", po::bool_switch(),
      "with a module, in this folder, that builds and is gated at once: a kernel and its reference, for "
      "the CPU and for CUDA");
}

int init(Context& context, const po::variables_map& values) {
  const fs::path root = context.root();  // outside of a repository nothing could be recorded
  const bool with_module = is_set(values, "module");
  const std::string given = text_of(values, "name");
  if (!with_module && !given.empty()) throw Error("a name is for --module");
  const std::string name = given.empty() ? "my_kernels" : given;
  require_name(name);
  const std::vector<NewFile> files =
      with_module ? module_template(fs::current_path(), name)
                  : std::vector<NewFile>{{root / repository::kConfigName, repository::commented_template({}, "")}};
  for (const NewFile& file : files) {
    if (fs::exists(file.path)) throw Error(file.path.string() + " exists already; nothing was written");
  }
  for (const NewFile& file : files) {
    documents::replace_file(file.path, file.text);
    context.out() << "wrote " << file.path.string() << "\n";
  }
  if (with_module && files.back().path.filename() != ".gitignore")
    context.out() << "there is a .gitignore already: it should have /build/ and /.ratchet/\n";
  context.out() << (with_module ? kNextForModule
                                : "next: build your modules, then `ratchet doctor` and `ratchet record`\n");
  return 0;
}

}  // namespace ratchet::cli
