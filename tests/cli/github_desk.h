// A repository on GitHub as its runner sees it: main, a branch merged into it for the event, and the job's environment.
// The module is kernels.txt, which the configured build copies, so each commit has its own code.
#pragma once

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "workshop.h"

class GithubDesk {
 public:
  GithubDesk() {
    shop.repository.write("ratchet.json", R"({"format":"ratchet.config/1","modules":["build/kernels.so"],)"
                                          R"("build":"mkdir -p build && cp kernels.txt build/kernels.so"})");
    code("copy/x/n=1 1000\ncopy/x/n=2 2000\n");
    base = shop.repository.commit("base");
    set("GITHUB_ACTIONS", "true");
    set("GITHUB_REPOSITORY", "ann/kernels");
    set("GITHUB_EVENT_PATH", (outside / "event.json").string());
    set("GITHUB_OUTPUT", (outside / "output").string());
    set("GITHUB_STEP_SUMMARY", (outside / "summary").string());
    set("RUNNER_ENVIRONMENT", "self-hosted");
    set("RATCHET_DB", (outside / "ratchet.db").string());
  }
  ~GithubDesk() {
    for (const auto& [name, value] : variables_) ::unsetenv(name.c_str());
  }
  GithubDesk(const GithubDesk&) = delete;
  GithubDesk& operator=(const GithubDesk&) = delete;

  void set(const std::string& name, const std::string& value) {
    variables_[name] = value;
    ::setenv(name.c_str(), value.c_str(), 1);
  }

  void code(const std::string& module) { shop.repository.write("kernels.txt", module); }

  // A commit on main, of `module` if any, and its event.
  void push(const std::string& module = "") {
    if (shop.repository.git({"rev-parse", "--abbrev-ref", "HEAD"}) != "main")
      shop.repository.git({"checkout", "--quiet", "-f", "main"});
    if (!module.empty()) code(module);
    base = shop.repository.commit("on main");
    event("push", {{"after", base}, {"ref", "refs/heads/main"}}, base);
  }
  // The branch as one commit on main.
  void squash() {
    shop.repository.git({"checkout", "--quiet", "-f", "main"});
    shop.repository.git({"checkout", "--quiet", "branch", "--", "."});
    push();
  }

  // A branch with `module`, merged into main by GitHub for the job, and its event.
  void pull(const std::string& module, const std::string& from = "ann/kernels", const std::string& subject = "change") {
    shop.repository.git({"checkout", "--quiet", "-f", "-B", "branch", "main"});
    code(module);
    if (!config.empty()) shop.repository.write("ratchet.json", config);
    if (!accept.empty()) shop.repository.write("ratchet.accept.json", accept);
    head = shop.repository.commit(subject);
    shop.repository.git({"checkout", "--quiet", "--detach", "main"});
    shop.repository.git({"merge", "--quiet", "--no-ff", "-m", "Merge branch", "branch"});
    const std::string merge = shop.repository.git({"rev-parse", "HEAD"});
    const nlohmann::json there = {{"full_name", "ann/kernels"}, {"default_branch", "main"}};
    event("pull_request",
          {{"pull_request",
            {{"number", 7},
             {"head", {{"sha", head}, {"repo", {{"full_name", from}}}}},
             {"base", {{"sha", base}, {"repo", there}}}}}},
          merge);
  }

  // The merge that pull() made, as a merge queue would have it.
  void queue() {
    const std::string merge = shop.repository.git({"rev-parse", "HEAD"});
    event("merge_group", {{"merge_group", {{"head_sha", merge}, {"base_sha", base}}}}, merge);
  }

  void event(const std::string& name, nlohmann::json event, const std::string& sha) {
    event["repository"] = {{"full_name", "ann/kernels"}, {"default_branch", "main"}};
    std::ofstream(outside / "event.json") << event;
    set("GITHUB_EVENT_NAME", name);
    set("GITHUB_SHA", sha);
  }

  // `ratchet ci`, with outputs and summary of its own.
  Outcome ci(std::vector<std::string> options = {}) {
    std::filesystem::remove(outside / "output");
    std::filesystem::remove(outside / "summary");
    options.insert(options.begin(), "ci");
    return shop.run(options);
  }
  std::string output(const std::string& name) const {
    std::ifstream file(outside / "output");
    for (std::string line; std::getline(file, line);)
      if (line.starts_with(name + "=")) return line.substr(name.size() + 1);
    return "(none)";
  }
  std::string summary() const {
    std::ifstream file(outside / "summary");
    return {std::istreambuf_iterator<char>(file), {}};
  }

  Workshop shop;
  TemporaryFolder outside;
  std::string config;  // ratchet.json of the branch
  std::string accept;  // ratchet.accept.json of the branch
  std::string base;    // tip of main
  std::string head;    // tip of the branch

 private:
  std::map<std::string, std::string> variables_;
};
