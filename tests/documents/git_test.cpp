#include "src/repository/git.h"

#include <doctest/doctest.h>

#include <cstdlib>

#include "refusal.h"
#include "temporary_repository.h"

using namespace ratchet;

TEST_CASE("git: the facts of HEAD are git's") {
  const TemporaryRepository repo;
  repo.write("a", "1");
  const std::string first = repo.commit("First");
  repo.write("a", "2");
  const std::string second = repo.commit("Use |pipes| and \"quotes\"");
  const Commit commit = repository::head(repo.path());
  CHECK(commit.sha == second);
  CHECK(commit.tree == repo.git({"rev-parse", "HEAD^{tree}"}));
  CHECK(commit.parents == std::vector{first});
  CHECK(commit.subject == "Use |pipes| and \"quotes\"");
  CHECK(commit.time == "2026-11-22T10:00:00+01:00");
  CHECK(!commit.dirty);
}

TEST_CASE("git: changed, staged and untracked files are dirt; ignored ones and our own folder are not") {
  const TemporaryRepository repo;
  repo.write("a", "1");
  repo.write(".gitignore", "ignored/\n");
  repo.commit("First");
  repo.write("ignored/x", "1");
  repo.write(".ratchet/ratchet.db", "1");
  CHECK(!repository::head(repo.path()).dirty);
  CHECK(!repository::head(repo.path() / ".ratchet").dirty);
  repo.write("sub/.ratchet/x", "1");
  CHECK(repository::head(repo.path()).dirty);
  CHECK(repository::head(repo.path() / "ignored").dirty);
  std::filesystem::remove_all(repo.path() / "sub");
  repo.write("a", "2");
  CHECK(repository::head(repo.path()).dirty);
  repo.git({"add", "a"});
  CHECK(repository::head(repo.path()).dirty);
  repo.git({"commit", "--quiet", "-m", "Second"});
  CHECK(!repository::head(repo.path()).dirty);
}

TEST_CASE("git: revisions are resolved to commits, tags too") {
  const TemporaryRepository repo;
  const std::string first = repo.commit("First");
  repo.git({"tag", "-a", "v1", "-m", "one"});
  const std::string second = repo.commit("Second");
  CHECK(repository::resolve(repo.path(), "v1").sha == first);
  CHECK(repository::resolve(repo.path(), "HEAD~1").sha == first);
  CHECK(repository::resolve(repo.path(), second.substr(0, 10)).sha == second);
  CHECK(repository::resolve(repo.path(), "main").subject == "Second");
  CHECK(repository::resolve(repo.path(), "v1").parents.empty());
}

TEST_CASE("git: a revision that does not exist is refused by name") {
  const TemporaryRepository repo;
  const auto message = [&](const std::string& revision) {
    return refusal([&] { (void)repository::resolve(repo.path(), revision); });
  };
  CHECK(contains(message("HEAD"), "commit something first"));
  repo.commit("First");
  CHECK(contains(message("no-such"), "no commit is called no-such"));
  CHECK(contains(message("no-such"), "check the spelling"));
  CHECK(contains(message(std::string(40, '0')), "no commit is called 000"));
  CHECK(contains(message("--all"), "--all looks like an option"));
  CHECK(contains(message(""), "empty"));
}

TEST_CASE("git: what a shallow clone lacks is refused with the remedy") {
  const TemporaryRepository repo;
  const std::string first = repo.commit("First");
  repo.commit("Second");
  const TemporaryFolder folder;
  repo.git({"clone", "--quiet", "--depth=1", "file://" + repo.path().string(), (folder / "clone").string()});
  const std::string message = refusal([&] { (void)repository::resolve(folder / "clone", first); });
  CHECK(contains(message, "shallow clone"));
  CHECK(contains(message, "--unshallow"));
  CHECK(contains(message, "fetch-depth: 0"));
  CHECK(repository::first_parent_history(folder / "clone", "HEAD", 10).size() == 1);
}

TEST_CASE("git: first-parent history leaves out merged side branches") {
  const TemporaryRepository repo;
  const std::string first = repo.commit("First");
  repo.git({"checkout", "--quiet", "-b", "side"});
  const std::string side = repo.commit("Side");
  repo.git({"checkout", "--quiet", "main"});
  const std::string second = repo.commit("Second");
  repo.git({"merge", "--quiet", "--no-ff", "-m", "Merge", "side"});
  const std::string merge = repo.git({"rev-parse", "HEAD"});
  CHECK(repository::first_parent_history(repo.path(), "HEAD", 10) == std::vector{merge, second, first});
  CHECK(repository::first_parent_history(repo.path(), "HEAD", 2) == std::vector{merge, second});
  CHECK(repository::resolve(repo.path(), "HEAD").parents == std::vector{second, side});
  CHECK(repository::is_ancestor(repo.path(), side, "HEAD"));
  CHECK(repository::is_ancestor(repo.path(), "HEAD", "HEAD"));
  CHECK(!repository::is_ancestor(repo.path(), side, second));
  CHECK(contains(refusal([&] { (void)repository::is_ancestor(repo.path(), "none", "HEAD"); }), "none"));
}

TEST_CASE("git: the root is found from below, and its absence is a clear error") {
  const TemporaryRepository repo;
  repo.write("a/b/c", "1");
  CHECK(repository::root(repo.path() / "a/b") == repo.path());
  const TemporaryFolder elsewhere;
  const std::string message = refusal([&] { (void)repository::head(elsewhere.path()); });
  CHECK(contains(message, elsewhere.path().string() + " is not inside a git repository"));
}

TEST_CASE("git: the variables that git sets for hooks do not mislead us") {
  const TemporaryRepository repo;
  const std::string sha = repo.commit("First");
  ::setenv("GIT_DIR", "/nowhere", 1);
  ::setenv("GIT_INDEX_FILE", "/nowhere/index", 1);
  CHECK(repository::head(repo.path()).sha == sha);
  CHECK(!repository::head(repo.path()).dirty);
  ::unsetenv("GIT_DIR");
  ::unsetenv("GIT_INDEX_FILE");
}

TEST_CASE("git: what came before is asked of commits that may be unknown, and a shallow clone cannot tell") {
  const TemporaryRepository repo;
  const std::string first = repo.commit("First");
  const std::string second = repo.commit("Second");
  CHECK(repository::is_before(repo.path(), first, second));
  CHECK(repository::is_before(repo.path(), second, second));
  CHECK(!repository::is_before(repo.path(), second, first));
  CHECK(!repository::is_before(repo.path(), std::string(40, 'e'), second));
  const TemporaryFolder folder;
  repo.git({"clone", "--quiet", "--depth", "1", "file://" + repo.path().string(), (folder / "clone").string()});
  CHECK(repository::is_before(folder / "clone", second, second));
  CHECK(contains(refusal([&] { (void)repository::is_before(folder / "clone", first, second); }), "fetch-depth: 0"));
}

TEST_CASE("git: a file is read as a commit has it, not as it lies there") {
  const TemporaryRepository repo;
  repo.write("notes.json", "one");
  const std::string first = repo.commit("First");
  repo.write("notes.json", "two");
  CHECK(repository::file_at(repo.path(), first, "notes.json") == "one");
  CHECK(!repository::file_at(repo.path(), first, "other.json"));
}

TEST_CASE("git: the first-parent line has each commit with its tree, newest first") {
  const TemporaryRepository repo;
  repo.write("a", "1");
  const std::string first = repo.commit("First");
  repo.write("a", "2");
  const std::string second = repo.commit("Second");
  repo.write("a", "1");
  const std::string back = repo.commit("Back");
  const auto line = repository::first_parent_line(repo.path(), "HEAD", 10);
  REQUIRE(line.size() == 3);
  CHECK(line[0].sha == back);
  CHECK(line[1].sha == second);
  CHECK(line[2].sha == first);
  for (const auto& link : line) CHECK(link.tree == repository::resolve(repo.path(), link.sha).tree);
  CHECK(line[0].tree == line[2].tree);
  CHECK(repository::first_parent_line(repo.path(), "HEAD", 2).size() == 2);
  CHECK_FALSE(repository::is_shallow(repo.path()));
}

TEST_CASE("git: who put a line into a file is who wrote the commit after which it is there") {
  const TemporaryRepository repo;
  repo.write("accept", "copy/*\n");
  const std::string first = repo.commit("First");
  repo.write("accept", "copy/*\nfma/*\n");
  const std::string second = repo.commit("Second");
  repo.commit("Third");
  const auto found = repository::introduced(repo.path(), "HEAD", "accept", "copy/*");
  REQUIRE(found);
  CHECK(found->sha == first);
  CHECK(found->author == "Ann <ann@example.org>");
  CHECK(repository::introduced(repo.path(), "HEAD", "accept", "fma/*")->sha == second);
  CHECK_FALSE(repository::introduced(repo.path(), "HEAD", "accept", "triad/*"));
}
