// What GitHub tells a job: the GITHUB_* variables and the event's file, read once into plain data and checked. A pull
// request's author chooses much of it (titles, branch names, the fork's settings), so nothing of it may reach a path,
// an address or a log without the checks made here. What is missing or contradicts itself is an Error, never a default.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace ratchet::github {

// The environment of the job, as the runner sets it. Empty: not set.
struct Job {
  std::string event_name;
  std::filesystem::path event_file;
  std::string repository;  // "owner/name", both checked to be plain
  std::string sha;         // what was to be checked out
  std::string server_url = "https://github.com";
  std::string api_url = "https://api.github.com";
  std::string run_id;
  std::filesystem::path outputs;  // GITHUB_OUTPUT
  std::filesystem::path summary;  // GITHUB_STEP_SUMMARY
  bool hosted = false;            // a fresh machine of GitHub's; anything else may be used again by others
};

enum class EventKind { PullRequest, MergeGroup, Push, WorkflowRun };

struct Event {
  EventKind kind = EventKind::PullRequest;
  std::string default_branch;
  std::string head_sha;      // pull request: tip of its branch, where its checks are shown; else the commit itself
  std::string base_sha;      // merge group: the commit that it is built on
  std::uint64_t number = 0;  // of the pull request
  bool fork = false;         // the code comes from another repository, or nobody can tell
  std::string branch;        // push: where to
  std::uint64_t run_id = 0;  // workflow run: which one measured
  std::string run_event;     // and what had started it,
  std::string from;          // in which repository, "" for one that is gone,
  std::string from_branch;   // and in which branch of it
};

using Variable = std::function<std::string(const char* name)>;

// Error outside of a GitHub job, and for a repository or an address that is none.
[[nodiscard]] Job read_job(const Variable& variable);

// Error for an event that cannot gate, a file that is missing or malformed, and an event that names two default
// branches.
[[nodiscard]] Event read_event(const Job& job);

// For people: of this job, and of all checks of a commit, which is the same in every run.
[[nodiscard]] std::string job_address(const Job& job);
[[nodiscard]] std::string checks_address(const Job& job, const std::string& sha);

}  // namespace ratchet::github
