#include "src/executor/artefact.h"

#include <array>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "db/sha256.h"
#include "ratchet/error.h"
#include "src/documents/documents.h"
#include "src/documents/node.h"
#include "src/executor/process.h"
#include "src/executor/scratch.h"

namespace ratchet::executor {
namespace {

namespace fs = std::filesystem;
using documents::Json;
using documents::Node;

constexpr std::string_view kFormat = "ratchet.command/1";
// The first member, so the first bytes of the file.
const std::string kManifest = "ratchet.command.json";

std::string run_tool(std::vector<std::string> argv, const std::string& doing) {
  Command command{std::move(argv)};
  command.environment = {"LC_ALL=C", "TAR_OPTIONS"};
  Result result = run(command);
  if (!result.ok()) throw Error(doing + ": " + command.argv[0] + " " + ending(result));
  return std::move(result.stdout_text);
}

bool starts_with(const fs::path& file, std::string_view bytes) {
  std::ifstream stream(file, std::ios::binary);
  std::string found(bytes.size(), '\0');
  return stream.read(found.data(), static_cast<std::streamsize>(found.size())) && found == bytes;
}

// Where the unpacked program finds its libraries: `ldd` lines are "name => path (address)".
void require_self_contained(const repository::CommandSuite& suite, const fs::path& unpacked, const fs::path& root) {
  const fs::path program = unpacked / suite.run[0];
  if (suite.run[0].find('/') == std::string::npos || !starts_with(program, "\177ELF")) return;
  Command command{{"ldd", program.string()}};
  command.environment = {"LC_ALL=C", "LD_LIBRARY_PATH"};
  const Result result = run(command);
  if (!result.ok()) return;  // linked statically, or for another machine: running it will tell
  std::istringstream lines(result.stdout_text);
  const std::string inside = fs::canonical(root).string() + "/";
  for (std::string line; std::getline(lines, line);) {
    const std::size_t at = line.find("=> ");
    const std::string library = at == std::string::npos ? "" : line.substr(at + 3, line.find(" (", at) - at - 3);
    std::error_code unknown;
    if (!library.empty() && fs::weakly_canonical(library, unknown).string().starts_with(inside))
      throw Error("command suite " + suite.name + ": " + suite.run[0] + " loads " + library +
                  ", where every revision finds the newest one; link it statically, or list it in \"files\" and find it by "
                  "$ORIGIN");
  }
}

}  // namespace

std::string manifest_of(const repository::CommandSuite& suite) {
  const Json document = {{"format", kFormat},        {"name", suite.name},     {"run", suite.run},
                         {"adapter", suite.adapter}, {"files", suite.files},   {"output", suite.output},
                         {"device", suite.device},   {"timeout_s", suite.timeout_s}};
  return document.dump(1) + "\n";
}

std::string definition_of(const repository::CommandSuite& suite) {
  return db::sha256_of(Json({suite.run, suite.adapter, suite.output, suite.device}).dump()).substr(0, 16);
}

void pack(const repository::CommandSuite& suite, const fs::path& root, const fs::path& into) {
  const std::string doing = "command suite " + suite.name;
  for (const std::string& file : suite.files)
    if (!fs::exists(root / file)) throw Error(doing + ": " + (root / file).string() + " does not exist; is it built?");
  const Scratch scratch("pack");
  std::ofstream(scratch.path() / kManifest) << manifest_of(suite);
  std::vector<std::string> argv{"tar",       "--create",  "--file",          into.string(),
                                "--format=gnu", "--sort=name", "--mtime=@0",    "--owner=0",
                                "--group=0", "--numeric-owner", "--mode=u+rw,go=", "--dereference",
                                "--directory", scratch.path().string(), kManifest, "--directory", fs::absolute(root).string(), "--"};
  argv.insert(argv.end(), suite.files.begin(), suite.files.end());
  (void)run_tool(std::move(argv), doing);
  (void)unpack(into, scratch.path() / "again");
  require_self_contained(suite, scratch.path() / "again", root);
}

bool is_artefact(const fs::path& file) { return starts_with(file, kManifest + '\0'); }

repository::CommandSuite unpack(const fs::path& file, const fs::path& folder) {
  fs::create_directories(folder);
  (void)run_tool({"tar", "--extract", "--file", file.string(), "--directory", folder.string(), "--no-same-owner"},
                 file.string());
  return suite_of(documents::read_file(folder / kManifest), file.string() + ": " + kManifest);
}

repository::CommandSuite suite_of(std::string_view manifest, const std::string& name) {
  const Json document = documents::parse(manifest, name);
  const Node root(document, name);
  if (root.at("format").text() != kFormat) root.at("format").refuse("expected \"" + std::string(kFormat) + "\"");
  const auto texts = [&](const char* key) {
    std::vector<std::string> found;
    for (std::size_t i = 0; i < root.at(key).size(); ++i) found.push_back(root.at(key).item(i).text());
    return found;
  };
  repository::CommandSuite suite;
  suite.name = root.at("name").text();
  suite.run = texts("run");
  suite.adapter = root.at("adapter").text();
  suite.files = texts("files");
  suite.output = root.at("output").text();
  suite.device = root.at("device").text();
  suite.timeout_s = root.at("timeout_s").number();
  if (suite.run.empty()) root.at("run").refuse("expected a program");
  return suite;
}

}  // namespace ratchet::executor
