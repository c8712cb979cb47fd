// Many small modules from one source: kBehaviour says how the first case, axpy/plain, misbehaves; the second,
// axpy/repeated, is always right and kExtraWorkPercent slower. The ids and definitions are the same in all of them, so
// that each can be the candidate of a duet whose baseline is `good`. Loaded by the tests of the rooms that host
// modules.
#include "tests/kernels/test_module.h"

#include "kernels/case.h"

#include <dlfcn.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

constexpr std::uint64_t kPlainCount = 1024;
constexpr std::uint64_t kRepeatedCount = 256;
constexpr float kScale = 2.5F;

// A thousand passes over 1 KiB: long against a timer's tick, and 0.1 % of work is one pass.
constexpr long kPasses = 1000;

using ratchet::kernels::Call;
using ratchet::kernels::Case;
using ratchet::kernels::test::Behaviour;
using ratchet::kernels::test::kBehaviour;
using ratchet::kernels::test::kExtraWorkPercent;

void axpy(const float* x, const float* y, float* out, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) out[i] = kScale * x[i] + y[i];
}

// Spins in a way that the optimiser may not remove.
void hang() {
  volatile bool forever = true;
  while (forever) {
  }
}

void crash() {
  volatile float* volatile nowhere = nullptr;
  *nowhere = 1;
}

void flood() {
  const std::string line(1023, 'x');
  for (int i = 0; i < 32 * 1024; ++i) std::fprintf(i % 2 == 0 ? stdout : stderr, "%s\n", line.c_str());
}

void scribble() {
  const std::string text = "{\"format\":\"ratchet.run/1\",\"measurements\":[]}\n";
  for (int descriptor = 1; descriptor < 256; ++descriptor) (void)!write(descriptor, text.data(), text.size());
}

// A whole frame of the host's conversation, whose document is a result of another case.
void forge() {
  const std::string text =
      R"({"format":"ratchet.run/1","environment":{"device":{"kind":"cpu","name":"x"}},"measurements":[)"
      R"({"case":"axpy/repeated/n=256","unit":"ns","launches":[[1]]}]})";
  const std::uint64_t size = text.size();
  std::string frame = "c" + std::string(reinterpret_cast<const char*>(&size), sizeof size) + text;
  for (int descriptor = 3; descriptor < 256; ++descriptor)
    (void)!send(descriptor, frame.data(), frame.size(), MSG_NOSIGNAL);
}

void allocate() {
  constexpr std::size_t kBytes = std::size_t{16} << 20;
  std::vector<std::vector<char>> all;
  for (;;) all.emplace_back(kBytes, 'x');
}

// What it could do, one word each.
std::string escape() {
  const char* folder = std::getenv("RATCHET_TEST_ESCAPE");
  std::string done;
  if (std::FILE* file = folder ? std::fopen((folder + ("/" + std::to_string(getpid()))).c_str(), "w") : nullptr) {
    done += " wrote";
    std::fclose(file);
  }
  const pid_t child = fork();
  if (child == 0) _exit(0);
  if (child > 0 && waitpid(child, nullptr, 0) == child) done += " forked";
  if (const int network = socket(AF_INET, SOCK_DGRAM, 0); network >= 0) {
    done += " connected";
    close(network);
  }
  return done;
}

// When the module is loaded, before anybody has asked it for anything.
const std::string kEscapedWhileLoaded = kBehaviour == Behaviour::Escape ? escape() : "";

// As a debugger would find it.
std::string path() {
  Dl_info where{};
  return dladdr(reinterpret_cast<void*>(&hang), &where) != 0 ? where.dli_fname : "";
}

void flee() {
  setpgid(0, getpgid(getppid()));
  prctl(PR_SET_PDEATHSIG, 0);
  hang();
}

void launch_plain(const Call& call) {
  static bool called = false;
  if (kBehaviour == Behaviour::Crash) crash();
  if (kBehaviour == Behaviour::CrashFirst && std::remove(std::getenv("RATCHET_TEST_CRASH_FLAG")) == 0) crash();
  if (kBehaviour == Behaviour::ThrowFirst && std::remove(std::getenv("RATCHET_TEST_CRASH_FLAG")) == 0)
    throw std::runtime_error("axpy/plain throws once, on purpose");
  if (kBehaviour == Behaviour::Hang) hang();
  if (kBehaviour == Behaviour::Exit) std::exit(0);
  if (kBehaviour == Behaviour::Throw) throw std::runtime_error("axpy/plain throws on purpose");
  if (kBehaviour == Behaviour::Once && called) return;
  if (kBehaviour == Behaviour::Allocate) allocate();
  if (kBehaviour == Behaviour::Flee) flee();
  if (kBehaviour == Behaviour::Place && path().ends_with(".so")) throw std::runtime_error("axpy/plain is " + path());
  if (kBehaviour == Behaviour::Escape) {
    const std::string done = kEscapedWhileLoaded + "," + escape();
    if (done != ",") throw std::runtime_error("axpy/plain escaped:" + done);
  }
  auto* out = call.buffer<float>(2);
  axpy(call.buffer<const float>(0), call.buffer<const float>(1), out, kPlainCount);
  if (kBehaviour == Behaviour::Wrong) out[kPlainCount / 2] += 1;
  if (kBehaviour == Behaviour::Behind) out[kPlainCount] = 1;
  if (kBehaviour == Behaviour::Before) out[-1] = 1;
  if (kBehaviour == Behaviour::Flood && !called) flood();
  if (kBehaviour == Behaviour::Scribble) scribble();
  if (kBehaviour == Behaviour::Forge && !called) forge();
  if (kBehaviour == Behaviour::Input) call.buffer<float>(0)[7] += 1;
  if (kBehaviour == Behaviour::Stdout) {
    std::puts("{\"format\":\"ratchet.run/1\",\"measurements\":[]}");
    std::fflush(stdout);
  }
  called = true;
}

void launch_repeated(const Call& call) {
  const long passes = kPasses + std::lround(kPasses * kExtraWorkPercent / 100.0);
  for (long pass = 0; pass < passes; ++pass) {
    axpy(call.buffer<const float>(0), call.buffer<const float>(1), call.buffer<float>(2), kRepeatedCount);
    asm volatile("" ::: "memory");  // each pass is done, though none changes the result
  }
}

Case axpy_case(const char* implementation, std::uint64_t count) {
  Case one;
  one.op = "axpy";
  one.implementation = implementation;
  one.parameters = {{"n", count}};
  one.definition = "out = 2.5 * x + y in FP32";
  one.source = ratchet::kernels::here();
  one.bytes = 3 * count * sizeof(float);
  one.flops = 2 * count;
  one.buffers = {ratchet::kernels::input("x", RATCHET_F32, count, RATCHET_NORMAL, 1),
                 ratchet::kernels::input("y", RATCHET_F32, count, RATCHET_NORMAL, 2),
                 ratchet::kernels::output("out", RATCHET_F32, count, 64, {1e-6, 1e-5})};
  one.reference = [count](const Call& call, double* const* expected) {
    const auto* x = call.buffer<const float>(0);
    const auto* y = call.buffer<const float>(1);
    for (std::uint64_t i = 0; i < count; ++i) expected[0][i] = double{kScale} * double{x[i]} + double{y[i]};
  };
  return one;
}

std::vector<Case> cases() {
  if (kBehaviour == Behaviour::Empty) return {};
  Case plain = axpy_case("plain", kPlainCount);
  plain.launch = launch_plain;
  if (kBehaviour == Behaviour::Prepare) {
    plain.prepare = [](const Call&) -> ratchet::kernels::Launch {
      throw std::runtime_error("axpy/plain cannot be prepared, on purpose");
    };
  }
  if (kBehaviour == Behaviour::Lacking) {
    plain.prepare = [](const Call&) -> ratchet::kernels::Launch {
      throw ratchet::kernels::Unavailable("axpy/plain needs a thing that is nowhere; get it");
    };
  }
  Case repeated = axpy_case("repeated", kRepeatedCount);
  repeated.flops *= kPasses;
  repeated.definition += ", 1000 times";
  repeated.launch = launch_repeated;
  if (kBehaviour == Behaviour::Duplicate) return {plain, plain, repeated};
  return {plain, repeated};
}

}  // namespace

const ratchet_module* ratchet_module_entry() {
  if (kBehaviour == Behaviour::NullEntry) return nullptr;
  const ratchet_module* module = ratchet::kernels::export_module<cases>("test", RATCHET_CPU);
  if (kBehaviour != Behaviour::AbiNumber) return module;
  static const ratchet_module newer = [module] {
    ratchet_module copy = *module;
    copy.abi = RATCHET_ABI + 1;
    return copy;
  }();
  return &newer;
}
