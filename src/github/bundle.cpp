#include "src/github/bundle.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <set>

#include "db/sha256.h"
#include "ratchet/error.h"
#include "src/documents/documents.h"
#include "src/documents/node.h"
#include "src/documents/verdict_document.h"
#include "src/executor/handle.h"

namespace ratchet::github {
namespace {

namespace fs = std::filesystem;
using documents::Json;
using documents::Node;

constexpr std::string_view kFormat = "ratchet.bundle/1";
constexpr std::size_t kMaxFiles = 64;
constexpr std::size_t kMaxFileBytes = std::size_t{64} << 20;
constexpr std::size_t kMaxBytes = std::size_t{256} << 20;  // in memory it is several times that
constexpr std::size_t kMaxManifestBytes = std::size_t{1} << 20;

struct Listed {
  std::string name;
  std::uint64_t bytes = 0;
  std::string sha256;
};

// No separator, no leading dot, nothing that a shell or a terminal would act on.
bool is_plain(const std::string& name) {
  return name.size() > 5 && name.size() <= 64 && name.ends_with(".json") &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") == name.size() - 5;
}

std::string read_regular(const fs::path& file, std::size_t limit_bytes) {
  const executor::Handle handle(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!handle.open()) throw Error("cannot read " + file.string() + ": " + std::strerror(errno));
  struct stat facts = {};
  if (::fstat(handle.get(), &facts) != 0 || !S_ISREG(facts.st_mode)) throw Error(file.string() + " is no regular file");
  if (static_cast<std::uint64_t>(facts.st_size) > limit_bytes)
    throw Error(file.string() + " has " + std::to_string(facts.st_size) + " bytes, more than " +
                std::to_string(limit_bytes));
  std::string text(static_cast<std::size_t>(facts.st_size), '\0');
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t got = ::read(handle.get(), text.data() + done, text.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) throw Error("cannot read " + file.string() + ": it ended early");
    done += static_cast<std::size_t>(got);
  }
  return text;
}

std::vector<Listed> read_list(const Node& root) {
  const Node files = root.at("files");
  if (files.size() > kMaxFiles) files.refuse("more than " + std::to_string(kMaxFiles) + " files");
  std::vector<Listed> list;
  std::set<std::string> seen;
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const Node file = files.item(i);
    list.push_back({file.at("name").text(), file.at("bytes").count(), file.at("sha256").text()});
    if (!is_plain(list.back().name) || list.back().name == kManifest || !seen.insert(list.back().name).second)
      file.at("name").refuse("no plain name of its own: \"" + list.back().name.substr(0, 80) + "\"");
    if (list.back().bytes > kMaxFileBytes) file.at("bytes").refuse("more than " + std::to_string(kMaxFileBytes));
    bytes += list.back().bytes;
  }
  if (bytes > kMaxBytes) files.refuse("more than " + std::to_string(kMaxBytes) + " bytes in all");
  return list;
}

// What is there beside the list was put there by somebody.
void require_nothing_else(const fs::path& folder, const std::vector<Listed>& list) {
  std::set<std::string> known{kManifest};
  for (const Listed& file : list) known.insert(file.name);
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (!known.contains(entry.path().filename().string()))
      throw Error(folder.string() + " holds more than its bundle.json lists");
  }
}

std::map<std::string, std::string> read_files(const fs::path& folder, const std::vector<Listed>& list) {
  std::map<std::string, std::string> files;
  for (const Listed& listed : list) {
    const fs::path file = folder / listed.name;
    std::string text = read_regular(file, listed.bytes);
    if (text.size() != listed.bytes || db::sha256_of(text) != listed.sha256)
      throw Error(file.string() + " is not what bundle.json says: other bytes");
    files[listed.name] = std::move(text);
  }
  return files;
}

Json manifest_json(const Bundle& bundle, const std::map<std::string, std::string>& files) {
  Json list = Json::array();
  for (const auto& [name, text] : files)
    list.push_back({{"name", name}, {"bytes", text.size()}, {"sha256", db::sha256_of(text)}});
  return {{"format", kFormat},           {"repository", bundle.repository},
          {"event", bundle.event},       {"pull_request", bundle.number},
          {"head_sha", bundle.head_sha}, {"run_id", bundle.run_id},
          {"files", std::move(list)}};
}

std::string read_sha(const Node& node) {
  const std::string sha = node.text();
  if (sha.size() != 40 || sha.find_first_not_of("0123456789abcdef") != std::string::npos)
    node.refuse("expected 40 lower-case hex digits");
  return sha;
}

}  // namespace

void write_bundle(const fs::path& folder, const Bundle& bundle) {
  fs::create_directories(folder);
  if (!fs::is_empty(folder)) throw Error(folder.string() + " is not empty; a bundle wants a folder of its own");
  std::map<std::string, std::string> files{{"verdict.json", documents::write(bundle.verdict)}};
  for (std::size_t i = 0; i < bundle.duets.size(); ++i)
    files["duet-" + std::to_string(i) + ".json"] = documents::write(bundle.duets[i]);
  for (const auto& [name, text] : files) documents::replace_file(folder / name, text);
  documents::replace_file(folder / kManifest, manifest_json(bundle, files).dump(2) + "\n");
}

Bundle read_bundle(const fs::path& folder) {
  const std::string name = (folder / kManifest).string();
  const Json document = documents::parse(read_regular(folder / kManifest, kMaxManifestBytes), name);
  const Node root(document, name);
  if (root.at("format").text() != kFormat) root.at("format").refuse("expected \"" + std::string(kFormat) + "\"");
  const std::vector<Listed> list = read_list(root);
  require_nothing_else(folder, list);
  const std::map<std::string, std::string> files = read_files(folder, list);

  Bundle bundle;
  bundle.repository = root.at("repository").text();
  bundle.event = root.at("event").text();
  bundle.number = root.at("pull_request").count();
  bundle.run_id = root.at("run_id").count();
  bundle.head_sha = read_sha(root.at("head_sha"));
  if (!files.contains("verdict.json")) root.at("files").refuse("there is no verdict.json");
  for (const auto& [file, text] : files) {
    if (file == "verdict.json")
      bundle.verdict = documents::read_verdict(text, name + ": " + file);
    else
      bundle.duets.push_back(documents::read_duet(text, name + ": " + file));
  }
  return bundle;
}

}  // namespace ratchet::github
