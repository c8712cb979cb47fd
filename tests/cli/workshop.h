// A repository with one fake module and a database, and the program run in it: what a user of the gate has.
#pragma once

#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "fake_bench.h"
#include "refusal.h"
#include "src/cli/program.h"
#include "temporary_repository.h"

struct Outcome {
  int code = -1;
  std::string out;
  std::string err;
};

class Workshop {
 public:
  explicit Workshop(const std::string& module = "copy/x/n=1 1000\ncopy/x/n=2 2000\n")
      : before_(std::filesystem::current_path()) {
    ::unsetenv("RATCHET_DB");
    repository.write("ratchet.json", R"({"format":"ratchet.config/1","modules":["build/kernels.so"],"build":"true"})");
    repository.write(".gitignore", "/build/\n/.ratchet/\n");
    repository.git({"config", "user.name", "Ann"});
    repository.git({"config", "user.email", "ann@example.org"});
    build(module);
    repository.commit("first");
    std::filesystem::current_path(repository.path());
  }
  ~Workshop() { std::filesystem::current_path(before_); }
  Workshop(const Workshop&) = delete;
  Workshop& operator=(const Workshop&) = delete;

  void build(const std::string& module) { repository.write("build/kernels.so", module); }

  Outcome run(const std::vector<std::string>& arguments) {
    std::ostringstream out;
    std::ostringstream err;
    const int code = ratchet::cli::run(arguments, {out, err}, &bench);
    return {code, out.str(), err.str()};
  }

  TemporaryRepository repository;
  FakeBench bench;

 private:
  std::filesystem::path before_;
};
