#include "src/executor/base_build.h"

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "src/documents/documents.h"
#include "src/executor/artefact.h"
#include "src/executor/interrupt.h"
#include "src/repository/config.h"
#include "tests/documents/refusal.h"
#include "tests/documents/temporary_repository.h"

using namespace ratchet;
using executor::build_base;

namespace {

// Its "module" is a copy of a source file, and every build leaves a line in builds.txt.
struct Project {
  Project() {
    repo.write("kernel.txt", "first");
    first = repo.commit("First");
    repo.write("kernel.txt", "second");
    second = repo.commit("Second");
    repo.write("kernel.txt", "uncommitted");
    config.root = repo.path();
    config.modules = {"out/lib/m.so"};
    config.build =
        "echo built >> " + (db.path() / "builds.txt").string() + " && mkdir -p out/lib && cp kernel.txt out/lib/m.so";
  }

  [[nodiscard]] int builds() const {
    const auto file = db.path() / "builds.txt";
    if (!std::filesystem::exists(file)) return 0;
    return static_cast<int>(documents::read_file(file).size() / 6);
  }

  [[nodiscard]] std::string refused(const std::string& revision) const {
    return refusal([&] { (void)build_base(config, revision, db.path()); });
  }

  void check_nothing_left() const {
    CHECK(repo.git({"worktree", "list", "--porcelain"}) == "worktree " + repo.path().string());
    CHECK(!std::filesystem::exists(db.path() / "builds/worktree"));
    CHECK(!std::filesystem::exists(repo.path() / ".git/worktrees"));
    CHECK(documents::read_file(repo.path() / "kernel.txt") == "uncommitted");
  }

  TemporaryRepository repo;
  TemporaryFolder db;
  repository::Config config;
  std::string first;
  std::string second;
};

}  // namespace

TEST_CASE("base build: a revision's modules are built apart from the work tree, and kept") {
  const Project project;
  const auto base = build_base(project.config, "HEAD~1", project.db.path());
  CHECK(base.commit.sha == project.first);
  CHECK(!base.cached);
  REQUIRE(base.modules.size() == 1);
  CHECK(documents::read_file(base.modules[0]) == "first");
  CHECK(base.modules[0] == project.db.path() / "builds" / base.commit.tree / "out/lib/m.so");
  CHECK(!std::filesystem::exists(project.repo.path() / "out"));
  project.check_nothing_left();

  const auto again = build_base(project.config, project.first, project.db.path());
  CHECK(again.cached);
  CHECK(again.modules == base.modules);
  CHECK(project.builds() == 1);
  CHECK(documents::read_file(build_base(project.config, "HEAD", project.db.path()).modules[0]) == "second");
  CHECK(project.builds() == 2);
}

TEST_CASE("base build: commits of one tree share a build; another command or module does not") {
  Project project;
  project.repo.git({"checkout", "--quiet", "-f", "HEAD~1"});
  project.repo.git({"commit", "--quiet", "--allow-empty", "-m", "Nothing"});
  CHECK(!build_base(project.config, project.first, project.db.path()).cached);
  CHECK(build_base(project.config, "HEAD", project.db.path()).cached);
  project.config.build += " && cp kernel.txt out/n.so";
  CHECK(!build_base(project.config, "HEAD", project.db.path()).cached);
  project.config.modules = {"out/lib/m.so", "out/n.so"};
  project.repo.write("out/n.so", "built here");
  const auto base = build_base(project.config, "HEAD", project.db.path());
  CHECK(!base.cached);
  CHECK(base.modules.size() == 2);
}

TEST_CASE("base build: a failing build is an error with the log's end, and is tried anew next time") {
  Project project;
  const std::string good = project.config.build;
  project.config.build =
      "echo compiling; i=0; while [ $i -lt 50 ]; do i=$((i+1)); echo line $i; done; echo 'oh no' >&2; exit 3";
  const std::string message = project.refused("HEAD");
  CHECK(contains(message, "building " + project.second.substr(0, 12)));
  CHECK(contains(message, "exited with status 3"));
  CHECK(contains(message, "line 50\noh no"));
  CHECK(!contains(message, "line 40\n"));
  const auto tree = project.repo.git({"rev-parse", "HEAD^{tree}"});
  const auto log = project.db.path() / "builds" / (tree + ".log");
  CHECK(contains(message, log.string()));
  CHECK(documents::read_file(log).starts_with("compiling\n"));
  project.check_nothing_left();
  project.config.build = good;
  CHECK(documents::read_file(build_base(project.config, "HEAD", project.db.path()).modules[0]) == "second");
}

TEST_CASE("base build: the build gets no token of the job, and what else it may need") {
  Project project;
  project.config.build = "mkdir -p out/lib && echo \"${GITHUB_TOKEN-none} $RATCHET_TEST_PROXY\" >out/lib/m.so";
  ::setenv("GITHUB_TOKEN", "secret", 1);
  ::setenv("RATCHET_TEST_PROXY", "proxy", 1);
  const auto base = build_base(project.config, "HEAD", project.db.path());
  ::unsetenv("GITHUB_TOKEN");
  ::unsetenv("RATCHET_TEST_PROXY");
  CHECK(documents::read_file(base.modules[0]) == "none proxy\n");
}

TEST_CASE("base build: a module that is not built here, such as CUDA's without nvcc, need not be made of a base either") {
  Project project;
  project.config.modules.push_back("out/lib/other.so");
  const auto base = build_base(project.config, "HEAD", project.db.path());
  CHECK(std::filesystem::exists(base.modules.at(0)));
  CHECK(!std::filesystem::exists(base.modules.at(1)));
  CHECK(build_base(project.config, "HEAD", project.db.path()).cached);
  project.repo.write("out/lib/other.so", "built here since then");
  CHECK(contains(project.refused("HEAD"), "did not make out/lib/other.so"));
}

TEST_CASE("base build: a module that the build does not make is an error that names it") {
  Project project;
  project.config.modules.push_back("out/lib/other.so");
  project.repo.write("out/lib/other.so", "built here");
  CHECK(contains(project.refused("HEAD"), "did not make out/lib/other.so"));
  project.check_nothing_left();
  CHECK(!std::filesystem::exists(project.db.path() / "builds" / project.repo.git({"rev-parse", "HEAD^{tree}"})));
}

TEST_CASE("base build: an unknown revision and a configuration without a build are errors") {
  Project project;
  CHECK(contains(project.refused("no-such"), "no-such"));
  CHECK(contains(project.refused("--detach"), "looks like an option"));
  project.config.build.clear();
  CHECK(contains(project.refused("HEAD"), "must have \"build\""));
}

TEST_CASE("base build: what a killed process left behind does not stand in the way") {
  const Project project;
  project.repo.git(
      {"worktree", "add", "--quiet", "--detach", (project.db.path() / "builds/worktree").string(), "HEAD"});
  std::filesystem::create_directories(project.db.path() / "builds" /
                                      (project.repo.git({"rev-parse", "HEAD^{tree}"}) + ".partial"));
  CHECK(documents::read_file(build_base(project.config, "HEAD", project.db.path()).modules[0]) == "second");
  project.check_nothing_left();
}

TEST_CASE("base build: an interrupt stops the build and leaves nothing") {
  using namespace std::chrono_literals;
  Project project;
  executor::install_interrupt_handlers();
  const auto started = project.db.path() / "started";
  project.config.build = "touch " + started.string() + "; sleep 1000";
  std::thread sender([&] {
    while (!std::filesystem::exists(started)) std::this_thread::sleep_for(5ms);
    executor::set_interrupt_signal(SIGTERM);
  });
  CHECK_THROWS_AS((void)build_base(project.config, "HEAD", project.db.path()), executor::Interrupted);
  sender.join();
  executor::set_interrupt_signal(0);
  project.check_nothing_left();
}

TEST_CASE("base build: a configuration in a folder of the repository builds in that folder") {
  Project project;
  project.repo.write("sub/kernel.txt", "of the folder");
  project.repo.git({"add", "sub"});
  project.repo.git({"commit", "--quiet", "-m", "Sub"});
  project.config.root = project.repo.path() / "sub";
  CHECK(documents::read_file(build_base(project.config, "HEAD", project.db.path()).modules[0]) == "of the folder");
}

TEST_CASE("base build: a command suite is kept as an artefact, made anew when it is described otherwise, and may need no build") {
  Project project;
  project.config.modules.clear();
  project.config.build.clear();
  project.config.commands = {{"s", {"./kernel.txt"}, "csv", {"kernel.txt"}, "", "cpu", 5}};
  const auto base = build_base(project.config, "HEAD~1", project.db.path());
  REQUIRE(base.modules.size() == 1);
  CHECK(executor::is_artefact(base.modules[0]));
  (void)executor::unpack(base.modules[0], project.db / "unpacked");
  CHECK(documents::read_file(project.db / "unpacked/kernel.txt") == "first");
  CHECK(build_base(project.config, "HEAD~1", project.db.path()).cached);
  project.config.commands[0].run.emplace_back("-x");
  CHECK(!build_base(project.config, "HEAD~1", project.db.path()).cached);
  project.config.commands[0].files.emplace_back("missing.txt");
  CHECK(contains(project.refused("HEAD~1"), "missing.txt does not exist"));
  project.check_nothing_left();
}
