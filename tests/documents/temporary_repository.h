// A git repository of its own for one test, undisturbed by the machine's git configuration.
#pragma once

#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "src/executor/process.h"
#include "temporary_folder.h"

class TemporaryRepository {
 public:
  TemporaryRepository() {
    for (const char* name : {"GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"}) ::setenv(name, "/dev/null", 1);
    git({"init", "--quiet", "--initial-branch=main"});
  }

  std::string git(const std::vector<std::string>& arguments) const {
    ratchet::executor::Command command{
        {"git", "-C", path().string(), "-c", "user.name=Ann", "-c", "user.email=ann@example.org"}};
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    command.environment = {"GIT_COMMITTER_DATE=2026-11-22T10:00:00+01:00"};
    const auto result = ratchet::executor::run(command);
    if (!result.ok()) throw std::runtime_error(arguments[0] + ": " + result.stderr_text);
    return result.stdout_text.substr(0, result.stdout_text.find('\n'));
  }

  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((path() / name).parent_path());
    std::ofstream(path() / name) << text;
  }

  // Commits all files; returns the hash.
  std::string commit(const std::string& subject) const {
    git({"add", "--all"});
    git({"commit", "--quiet", "--allow-empty", "-m", subject});
    return git({"rev-parse", "HEAD"});
  }

  [[nodiscard]] const std::filesystem::path& path() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
};
