// Starts ratchet-bench as anybody would, and looks at what it prints and how it ends.
#pragma once

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include "src/documents/documents.h"

namespace ratchet::bench {

struct Result {
  int status = -1;  // exit status, or 1000 + signal
  std::string out;
  std::string err;
};

inline std::string contents(int descriptor) {
  std::string text;
  std::array<char, 4096> bytes;
  for (ssize_t count = 0; (count = read(descriptor, bytes.data(), bytes.size())) > 0;)
    text.append(bytes.data(), static_cast<std::size_t>(count));
  return text;
}

inline std::string module(const std::string& name) { return RATCHET_TEST_MODULES "/" + name + ".so"; }

inline pid_t start(std::vector<std::string> arguments, int out, int err) {
  arguments.insert(arguments.begin(), RATCHET_BENCH);
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    execv(RATCHET_BENCH, argv.data());
    _exit(99);
  }
  return child;
}

// Standard error goes to a file, so that no pipe can fill up while the other is read.
inline Result run(const std::vector<std::string>& arguments) {
  std::array<int, 2> out{};
  REQUIRE(pipe(out.data()) == 0);
  std::FILE* const err = std::tmpfile();
  REQUIRE(err);
  const pid_t child = start(arguments, out[1], fileno(err));
  close(out[1]);
  Result result;
  result.out = contents(out[0]);
  close(out[0]);
  int status = 0;
  waitpid(child, &status, 0);
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
  lseek(fileno(err), 0, SEEK_SET);
  result.err = contents(fileno(err));
  std::fclose(err);
  return result;
}

// Few rounds: these tests are about behaviour.
inline Result run_module(const std::string& name, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{"--module", module(name), "--rounds", "3", "--warmup", "1"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run(arguments);
}

// The first case must have failed in this way, and the other one must have been measured all the same.
inline void require_one_failure(const Result& result, const std::string& kind, const std::string& message) {
  INFO(result.err.substr(0, 2000));
  REQUIRE(result.status == 0);
  const Run run = documents::read_run(result.out, "stdout");
  REQUIRE(run.measurements.size() == 2);
  const Measurement& bad = run.measurements[0];
  CHECK(bad.facts.id == "axpy/plain/n=1024");
  CHECK(bad.launches.empty());
  REQUIRE(bad.failures.size() == 1);
  CHECK(bad.failures[0].kind == kind);
  CHECK_MESSAGE(bad.failures[0].message.find(message) != std::string::npos, bad.failures[0].message);
  const Measurement& good = run.measurements[1];
  CHECK(good.facts.id == "axpy/repeated/n=256");
  CHECK(good.failures.empty());
  REQUIRE(good.launches.size() == 1);
  CHECK(good.launches[0].size() == 3);
  CHECK(good.check->verified);
}

inline void require_fault(const Result& result, const std::string& message) {
  CHECK(result.status == 2);
  CHECK(result.out == "");
  CHECK_MESSAGE(result.err.find(message) != std::string::npos, result.err);
  CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
}

}  // namespace ratchet::bench
