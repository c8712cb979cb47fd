#include "src/executor/command_bench.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "db/sha256.h"
#include "ratchet/error.h"
#include "src/executor/handle.h"
#include "src/executor/lock_file.h"
#include "tests/documents/refusal.h"
#include "tests/documents/temporary_folder.h"

using namespace ratchet;
using executor::CommandBench;
using repository::CommandSuite;

namespace {

namespace fs = std::filesystem;

// Measures no module.
class NoModules final : public executor::Bench {
 public:
  documents::ModuleDescription describe(const fs::path&) override { throw Error("a module"); }
  Run run(const executor::RunRequest&) override { throw Error("a module"); }
  Duet duet(const executor::DuetRequest&) override { throw Error("a module"); }
  documents::CallComparisons compare_calls(const executor::IdentifyRequest&) override { throw Error("a module"); }
  executor::DeviceCode device_code(const fs::path&) override { throw Error("a module"); }
  std::optional<Environment> environment(const std::string& device_kind) override {
    if (device_kind != "cpu") return std::nullopt;
    Environment environment;
    environment.device.kind = "cpu";
    return environment;
  }
};

// A folder with one program, a shell script.
struct Project {
  explicit Project(const std::string& script) { write("bench.sh", script); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder / name) << text;
    fs::permissions(folder / name, fs::perms::owner_all);
  }
  [[nodiscard]] fs::path pack(const std::string& name) const {
    executor::pack(suite, folder.path(), out / name);
    return out / name;
  }

  TemporaryFolder folder;
  TemporaryFolder out;
  CommandSuite suite{"s", {"./bench.sh"}, "csv", {"bench.sh"}, "", "cpu", 5};
};

executor::Launch launch_of(std::uint64_t number) {
  executor::Launch launch;
  launch.number = number;
  return launch;
}

}  // namespace

TEST_CASE("artefact: the same contents are the same bytes, whenever they were written, and other contents are not") {
  const Project project("#!/bin/sh\necho 1\n");
  const std::string first = db::sha256_of_file(project.pack("first"));
  fs::last_write_time(project.folder / "bench.sh", fs::file_time_type::clock::now() - std::chrono::hours(1));
  CHECK(db::sha256_of_file(project.pack("again")) == first);
  Project elsewhere("#!/bin/sh\necho 1\n");
  CHECK(db::sha256_of_file(elsewhere.pack("elsewhere")) == first);
  project.write("bench.sh", "#!/bin/sh\necho 2\n");
  CHECK(db::sha256_of_file(project.pack("other")) != first);
  elsewhere.suite.run.emplace_back("-x");
  CHECK(db::sha256_of_file(elsewhere.pack("arguments")) != first);
  CHECK(executor::is_artefact(project.out / "first"));
  CHECK(!executor::is_artefact(project.folder / "bench.sh"));
}

TEST_CASE("artefact: a program that loads a library of the build folder is refused") {
  const fs::path program = RATCHET_TEST_BOUND_PROGRAM;
  const fs::path root = program.parent_path().parent_path();
  const std::string name = fs::relative(program, root).string();
  const CommandSuite suite{"s", {"./" + name}, "csv", {name}, "", "cpu", 5};
  const TemporaryFolder out;
  const std::string message = refusal([&] { executor::pack(suite, root, out / "a"); });
  CHECK_MESSAGE(contains(message, "libbound.so"), message);
  CHECK_MESSAGE(contains(message, "$ORIGIN"), message);
  // The same program, where nothing of it lies below the repository's folder.
  const TemporaryFolder other;
  fs::create_directories((other / name).parent_path());
  fs::copy_file(program, other / name);
  CHECK_NOTHROW(executor::pack(suite, other.path(), out / "b"));
}

TEST_CASE("command bench: of two launches one has the baseline first, and not always the same one") {
  int evens = 0;
  for (std::uint64_t i = 0; i < 200; ++i) {
    CHECK(executor::baseline_first(2 * i) != executor::baseline_first(2 * i + 1));
    evens += executor::baseline_first(2 * i) ? 1 : 0;
  }
  CHECK(evens > 60);
  CHECK(evens < 140);
}

TEST_CASE("command bench: the sides run in that order, each from its own artefact") {
  const TemporaryFolder log;
  const auto script = [&](const char* word) {
    return std::string("#!/bin/sh\necho ") + word + " >> " + (log / "order").string() + "\necho 1000\necho 1010\n";
  };
  const Project baseline(script("b"));
  const Project candidate(script("c"));
  NoModules modules;
  CommandBench bench(modules);
  std::string expected;
  for (std::uint64_t number = 0; number < 6; ++number) {
    const Duet duet = bench.duet({baseline.pack("a"), candidate.pack("a"), {"s/time"}, launch_of(number)});
    REQUIRE(duet.cases.size() == 1);
    REQUIRE(duet.cases[0].launches.size() == 1);
    CHECK(duet.cases[0].launches[0].candidate_ns == std::vector<double>{1000, 1010});
    CHECK(is_by_process(duet.cases[0].facts));
    expected += executor::baseline_first(number) ? "b\nc\n" : "c\nb\n";
  }
  CHECK(documents::read_file(log / "order") == expected);
}

TEST_CASE("command bench: a suite sees no more of the environment than is listed, and env gives it more") {
  Project project("#!/bin/sh\necho ${A_SECRET:-1000}\n");
  ::setenv("A_SECRET", "2000", 1);
  NoModules modules;
  CommandBench bench(modules);
  const auto time_ns = [&](const char* name) {
    return bench.run({{project.pack(name)}, {{"s/time"}}, launch_of(0)}).measurements.at(0).launches.at(0).at(0);
  };
  CHECK(time_ns("scrubbed") == 1000);
  project.suite.run = {"env", "A_SECRET=3000", "./bench.sh"};
  CHECK(time_ns("given") == 3000);
  ::unsetenv("A_SECRET");
}

TEST_CASE("command bench: a launch waits for who else measures on the device") {
  const Project project("#!/bin/sh\necho 1000\n");
  NoModules modules;
  CommandBench bench(modules);
  const executor::Handle lock(::open(executor::lock_file("cpu").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  REQUIRE(lock.open());
  REQUIRE(::flock(lock.get(), LOCK_EX) == 0);
  bool released = false;
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    released = true;
    ::flock(lock.get(), LOCK_UN);
  });
  (void)bench.run({{project.pack("a")}, {{"s/time"}}, launch_of(0)});
  CHECK(released);
  other.join();
}

TEST_CASE("command bench: modules are passed on, and a suite for another device is left to who has it") {
  Project project("#!/bin/sh\necho 1000\n");
  NoModules modules;
  CommandBench bench(modules);
  CHECK(refusal([&] { (void)bench.describe(project.folder / "bench.sh"); }) == "a module");
  project.suite.device = "cuda";
  CHECK(contains(refusal([&] { (void)bench.describe(project.pack("a")); }), "no cuda device is usable here"));
}

#ifdef RATCHET_TEST_GOOGLE_BENCHMARK
TEST_CASE("command bench: a real Google Benchmark program is a suite as it is") {
  const fs::path program = RATCHET_TEST_GOOGLE_BENCHMARK;
  const std::string name = program.filename().string();
  const CommandSuite suite{
      "gb", {"./" + name, "--benchmark_format=json", "--benchmark_min_time=0.005", "--benchmark_repetitions=3"},
      "google-benchmark", {name}, "", "cpu", 60};
  const TemporaryFolder out;
  executor::pack(suite, program.parent_path(), out / "a");
  NoModules modules;
  CommandBench bench(modules);
  const auto described = bench.describe(out / "a");
  REQUIRE(described.cases.size() == 2);
  CHECK(described.cases[0].id == "gb/sum/4096");
  const Duet duet = bench.duet({out / "a", out / "a", {"gb/sum/4096", "gb/sum/65536"}, launch_of(0)});
  CHECK(duet.cases[1].launches.at(0).baseline_ns.size() == 3);
  CHECK(duet.cases[1].launches.at(0).candidate_ns[0] > duet.cases[0].launches.at(0).candidate_ns[0]);
}
#else
TEST_CASE("command bench: a real Google Benchmark program is a suite as it is" * doctest::skip()) {}
#endif
