#include "src/github/event.h"

#include <algorithm>

#include "ratchet/error.h"
#include "src/documents/documents.h"
#include "src/documents/node.h"

namespace ratchet::github {
namespace {

using documents::Node;

constexpr std::size_t kMaxEventBytes = std::size_t{32} << 20;  // GitHub's own limit is 25 MB
constexpr std::string_view kHeads = "refs/heads/";

bool is_plain(const std::string& name) {
  return !name.empty() && name != "." && name != ".." &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
             std::string::npos;
}

bool is_repository(const std::string& name) {
  const std::size_t slash = name.find('/');
  return slash != std::string::npos && is_plain(name.substr(0, slash)) && is_plain(name.substr(slash + 1));
}

bool is_digits(const std::string& text) { return text.find_first_not_of("0123456789") == std::string::npos; }

std::string address(const Variable& variable, const char* name, const std::string& otherwise) {
  std::string value = variable(name);
  if (value.empty()) return otherwise;
  const bool web = value.starts_with("https://") || value.starts_with("http://");
  if (!web || value.find_first_of(" \t\r\n\"<>()@") != std::string::npos)
    throw Error(std::string(name) + " is no web address");
  while (value.ends_with('/')) value.pop_back();
  return value;
}

std::string read_sha(const Node& object, const char* key) {
  const Node node = object.at(key);
  const std::string sha = node.text();
  if (sha.size() != 40 || sha.find_first_not_of("0123456789abcdef") != std::string::npos)
    node.refuse("expected 40 lower-case hex digits, found \"" + sha.substr(0, 80) + "\"");
  return sha;
}

// Wherever the event speaks of this repository's default branch it must mean the same one: between two of them nobody
// knows whose baselines count, as while the branch is being renamed.
std::string read_default_branch(const Node& root) {
  const Node repository = root.at("repository");
  std::vector<std::string> names{repository.at("default_branch").text()};
  if (const auto master = repository.find("master_branch")) names.push_back(master->text());
  if (const auto pull = root.find("pull_request"))
    names.push_back(pull->at("base").at("repo").at("default_branch").text());
  for (const std::string& name : names) {
    if (name.empty()) repository.refuse("the default branch has no name");
    if (name != names.front())
      repository.refuse("the event names two default branches, \"" + names.front().substr(0, 80) + "\" and \"" +
                        name.substr(0, 80) + "\"; run the job again when the repository has one");
  }
  return names.front();
}

// A deleted fork is null: then nobody can tell where the code comes from.
bool is_fork(const Node& pull, const std::string& repository) {
  const auto from = pull.at("head").find("repo");
  return !from || from->at("full_name").text() != repository;
}

void read_pull_request(const Node& root, const Job& job, Event& event) {
  const Node pull = root.at("pull_request");
  event.kind = EventKind::PullRequest;
  event.number = pull.at("number").count();
  event.head_sha = read_sha(pull.at("head"), "sha");
  event.fork = is_fork(pull, job.repository);
}

void read_push(const Node& root, Event& event) {
  event.kind = EventKind::Push;
  event.head_sha = read_sha(root, "after");
  const std::string ref = root.at("ref").text();
  if (!ref.starts_with(kHeads)) root.at("ref").refuse("\"" + ref.substr(0, 80) + "\" is no branch; gate branches only");
  event.branch = ref.substr(kHeads.size());
}

void read_workflow_run(const Node& root, const Job& job, Event& event) {
  const Node run = root.at("workflow_run");
  event.kind = EventKind::WorkflowRun;
  event.head_sha = read_sha(run, "head_sha");
  event.run_id = run.at("id").count();
  event.run_event = run.at("event").text();
  if (const auto from = run.find("head_repository")) event.from = from->at("full_name").text();
  if (const auto branch = run.find("head_branch")) event.from_branch = branch->text();
  event.fork = event.from != job.repository;
}

}  // namespace

Job read_job(const Variable& variable) {
  Job job;
  job.event_name = variable("GITHUB_EVENT_NAME");
  job.event_file = variable("GITHUB_EVENT_PATH");
  if (job.event_name.empty() || job.event_file.empty())
    throw Error(
        "GITHUB_EVENT_NAME and GITHUB_EVENT_PATH are not set: `ratchet ci` runs inside of a GitHub job; elsewhere use "
        "`ratchet check` or `ratchet record`");
  job.repository = variable("GITHUB_REPOSITORY");
  if (!is_repository(job.repository)) throw Error("GITHUB_REPOSITORY is not \"owner/name\"");
  job.sha = variable("GITHUB_SHA");
  job.server_url = address(variable, "GITHUB_SERVER_URL", job.server_url);
  job.api_url = address(variable, "GITHUB_API_URL", job.api_url);
  job.run_id = variable("GITHUB_RUN_ID");
  if (!is_digits(job.run_id)) throw Error("GITHUB_RUN_ID is no number");
  job.outputs = variable("GITHUB_OUTPUT");
  job.summary = variable("GITHUB_STEP_SUMMARY");
  job.hosted = variable("RUNNER_ENVIRONMENT") == "github-hosted";
  return job;
}

Event read_event(const Job& job) {
  if (job.event_name == "pull_request_target")
    throw Error(
        "pull_request_target runs a stranger's code with this repository's rights; use pull_request, and hand the "
        "results over to a workflow_run job");
  const std::string name = job.event_file.string();
  const documents::Json document = documents::parse(documents::read_file(job.event_file, kMaxEventBytes), name);
  const Node root(document, name);
  const std::string repository = root.at("repository").at("full_name").text();
  if (repository != job.repository)
    root.at("repository").refuse("it is of another repository than GITHUB_REPOSITORY says");
  Event event;
  event.default_branch = read_default_branch(root);
  if (job.event_name == "pull_request") {
    read_pull_request(root, job, event);
  } else if (job.event_name == "merge_group") {
    event.kind = EventKind::MergeGroup;
    event.head_sha = read_sha(root.at("merge_group"), "head_sha");
    event.base_sha = read_sha(root.at("merge_group"), "base_sha");
  } else if (job.event_name == "push") {
    read_push(root, event);
  } else if (job.event_name == "workflow_run") {
    read_workflow_run(root, job, event);
  } else {
    throw Error(
        "`ratchet ci` handles pull_request, merge_group, push and workflow_run, not this event; take it out of "
        "the workflow's `on:`");
  }
  return event;
}

std::string job_address(const Job& job) {
  return job.server_url + "/" + job.repository + (job.run_id.empty() ? "" : "/actions/runs/" + job.run_id);
}

std::string checks_address(const Job& job, const std::string& sha) {
  return job.server_url + "/" + job.repository + "/commit/" + sha + "/checks";
}

}  // namespace ratchet::github
