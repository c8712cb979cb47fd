// What every command works with: the streams, the common options, and the repository, configuration and database that
// they lead to, found when first asked for. Commands get it by reference and keep nothing.
#pragma once

#include <ctime>
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "db/store.h"
#include "src/executor/command_bench.h"
#include "src/report/table.h"
#include "src/repository/config.h"

namespace spdlog {
class logger;
}

namespace ratchet::cli {

struct Streams {
  std::ostream& out;  // the result
  std::ostream& err;  // log and progress
  bool out_is_terminal = false;
  bool err_is_terminal = false;
};

struct CommonOptions {
  bool json = false;
  bool verbose = false;
  std::string color = "auto";  // auto | always | never
  std::string db;
  std::string config;
};

class Context {
 public:
  // bench: what measures; none for ratchet-bench beside this program. Tests put another in its place.
  Context(Streams streams, CommonOptions common, executor::Bench* bench);
  ~Context();

  std::ostream& out() { return streams_.out; }
  const Streams& streams() const { return streams_; }
  bool json() const { return common_.json; }
  bool verbose() const { return common_.verbose; }
  report::Paint paint() const;
  spdlog::logger& log() { return *log_; }

  // Root of the git repository around the current folder; Error outside of one.
  const std::filesystem::path& root();
  // --config, else ratchet.json in the current folder or above; Error when there is none.
  bool has_config();
  const repository::Config& config();

  // --db, else RATCHET_DB, else .ratchet/ratchet.db at the root.
  std::filesystem::path database();
  void use_database(const std::filesystem::path& file) { common_.db = file.string(); }  // before store() is asked for
  db::Store& store(db::Mode mode);

  executor::Bench& bench();  // of modules and command suites
  // The suite as it is in the work tree, in a file that lives as long as this.
  std::filesystem::path artefact_of(const repository::CommandSuite& suite);

  static std::string rfc3339(std::time_t seconds);  // UTC
  std::string now() const;                          // RFC 3339, UTC
  std::string new_uuid() const;                     // random
  std::string actor();                              // "name <mail>" of git, else the user's name

 private:
  Streams streams_;
  CommonOptions common_;
  std::shared_ptr<spdlog::logger> log_;
  std::optional<std::filesystem::path> root_;
  std::optional<repository::Config> config_;
  std::optional<db::Store> store_;
  std::unique_ptr<executor::Bench> own_bench_;
  executor::Bench* bench_;
  std::unique_ptr<executor::CommandBench> commands_;
  std::optional<executor::Scratch> artefacts_;
};

}  // namespace ratchet::cli
