#include "src/cli/context.h"

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <chrono>
#include <cstdlib>

#include "db/sha256.h"
#include "ratchet/error.h"
#include "src/repository/git.h"

namespace ratchet::cli {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

Context::Context(Streams streams, CommonOptions common, executor::Bench* bench)
    : streams_(streams), common_(std::move(common)), bench_(bench) {
  if (common_.color != "auto" && common_.color != "always" && common_.color != "never")
    throw Error("--color takes auto, always or never");
  log_ =
      std::make_shared<spdlog::logger>("ratchet", std::make_shared<spdlog::sinks::ostream_sink_st>(streams_.err, true));
  log_->set_pattern("ratchet: %l: %v");
  log_->set_level(common_.verbose ? spdlog::level::info : spdlog::level::warn);
}

Context::~Context() = default;

report::Paint Context::paint() const {
  if (common_.color != "auto") return report::Paint(common_.color == "always");
  return report::Paint(streams_.out_is_terminal && variable("NO_COLOR").empty() && variable("TERM") != "dumb");
}

const std::filesystem::path& Context::root() {
  if (!root_) root_ = repository::root(std::filesystem::current_path());
  return *root_;
}

bool Context::has_config() {
  return !common_.config.empty() || repository::find_config(std::filesystem::current_path()).has_value();
}

const repository::Config& Context::config() {
  if (config_) return *config_;
  if (!common_.config.empty()) {
    config_ = repository::read_config(common_.config);
  } else {
    const auto file = repository::find_config(std::filesystem::current_path());
    if (!file) throw Error("there is no ratchet.json here or above; `ratchet init` writes one");
    config_ = repository::read_config(*file);
  }
  return *config_;
}

std::filesystem::path Context::database() {
  if (!common_.db.empty()) return common_.db;
  if (const std::string named = variable("RATCHET_DB"); !named.empty()) return named;
  return root() / ".ratchet" / "ratchet.db";
}

db::Store& Context::store(db::Mode mode) {
  if (!store_) store_.emplace(database(), mode);
  return *store_;
}

executor::Bench& Context::bench() {
  if (bench_ == nullptr) {
    own_bench_ = std::make_unique<executor::ProcessBench>(executor::bench_beside_this_program());
    bench_ = own_bench_.get();
  }
  if (!commands_) commands_ = std::make_unique<executor::CommandBench>(*bench_);
  return *commands_;
}

std::filesystem::path Context::artefact_of(const repository::CommandSuite& suite) {
  if (!artefacts_) artefacts_.emplace("artefacts");
  const std::filesystem::path packed = artefacts_->path() / "packed";
  executor::pack(suite, config().root, packed);
  // By its contents: what was measured from it stays what it was, whatever is built later.
  const std::filesystem::path file = artefacts_->path() / db::sha256_of_file(packed);
  std::filesystem::rename(packed, file);
  return file;
}

std::string Context::now() const {
  return rfc3339(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()));
}

std::string Context::rfc3339(std::time_t seconds) {
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[sizeof "2026-01-01T00:00:00Z"];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

std::string Context::new_uuid() const { return boost::uuids::to_string(boost::uuids::random_generator()()); }

std::string Context::actor() {
  const auto ask = [&](const char* key) {
    // Not root(): a person has a name outside of a repository too.
    const auto here = std::filesystem::current_path();
    std::string value = executor::run(repository::git_command(here, {"config", "--get", key})).stdout_text;
    while (!value.empty() && value.back() == '\n') value.pop_back();
    return value;
  };
  const std::string name = ask("user.name");
  const std::string mail = ask("user.email");
  if (!name.empty()) return mail.empty() ? name : name + " <" + mail + ">";
  const std::string user = variable("USER");
  return user.empty() ? "uid " + std::to_string(getuid()) : user;
}

}  // namespace ratchet::cli
