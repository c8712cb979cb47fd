// What scripts/pytorch_sdpa.py writes, read by the reader that imports it. PyTorch and a GPU are not needed for that:
// the script's writer is given launches by hand.
#include <doctest/doctest.h>

#include <array>
#include <cstdio>
#include <memory>
#include <string>

#include "src/documents/documents.h"

using namespace ratchet;

namespace {

std::string python(const std::string& program) {
  const std::string command =
      "PYTHONDONTWRITEBYTECODE=1 PYTHONPATH='" RATCHET_SCRIPTS "' '" RATCHET_PYTHON "' -c '" + program + "' 2>&1";
  const auto close = [](FILE* file) { return ::pclose(file); };
  std::unique_ptr<FILE, decltype(close)> pipe(::popen(command.c_str(), "r"), close);
  REQUIRE(pipe);
  std::string text;
  std::array<char, 4096> part{};
  for (std::size_t n = 0; (n = std::fread(part.data(), 1, part.size(), pipe.get())) > 0;) text.append(part.data(), n);
  REQUIRE_MESSAGE(::pclose(pipe.release()) == 0, text);
  return text;
}

const char* const kWriter = R"(
import pytorch_sdpa as script
shape = (32, 8, 512, 64)
def one(implementation, **more):
    nbytes, flops = script.work(shape, more.pop("causal", False))
    return {"case": script.case_id(implementation, shape, "fp16", False), "unit": "ns", "bytes": nbytes, "flops": flops,
            "l2": "warm", "launches": [], **more}
good = lambda times, error: one("pytorch_flash", launches=[times], batch=4, peak_memory_bytes=1,
                                check={"verified": True, "rel_l2": error, "row_error": 2 * error})
wrong = one("pytorch_math", failures=[{"kind": "wrong_answer", "message": "relative L2 error nan"}], check={"verified": False})
late = one("pytorch_efficient", launches=[[1.0]], check={"verified": True, "rel_l2": 0.0, "row_error": 0.0})
later = one("pytorch_efficient", failures=[{"kind": "wrong_answer", "message": "1.7"}], check={"verified": False, "rel_l2": 1.7, "row_error": 2.0})
absent = one("pytorch_cudnn", failures=[{"kind": "unavailable", "message": "No available kernel"}])
environment = {"device": {"kind": "cuda", "name": "NVIDIA L4", "uuid": "GPU-1", "compute_capability": "8.9", "memory_bytes": 1},
               "driver": "580", "cuda_runtime": "13.0", "clock_policy": "default", "timer_tick_ns": 32.0}
print(script.document(environment, "PyTorch 2.9", "2026-11-25T10:00:00Z",
      [[good([47.0, 48.0], 1e-4), wrong, absent, late], [good([47.5, 48.5], 2e-4), wrong, absent, later]])))";

const Measurement& of(const Run& run, const std::string& implementation) {
  for (const Measurement& one : run.measurements)
    if (one.facts.id == "attention/" + implementation + "/B=32,H=8,S=512,D=64,dtype=fp16,causal=0") return one;
  FAIL("no measurement of ", implementation);
  return run.measurements.front();
}

}  // namespace

TEST_CASE("pytorch_sdpa: what it writes is a run") {
  const Run run = documents::read_run(python(kWriter), "pytorch.json");
  CHECK(run.tool == "PyTorch 2.9");
  REQUIRE(run.environment.has_value());
  CHECK(run.environment->device.name == "NVIDIA L4");
  CHECK(run.environment->timer_tick_ns == 32);
  REQUIRE(run.measurements.size() == 4);

  const Measurement& flash = of(run, "pytorch_flash");
  CHECK(flash.launches == std::vector<std::vector<double>>{{47, 48}, {47.5, 48.5}});
  CHECK(flash.facts.bytes == 67108864);  // as kernels/README.md counts
  CHECK(flash.facts.flops == 17179869184);
  CHECK(flash.facts.l2 == "warm");
  CHECK(flash.facts.batch == 4);
  REQUIRE(flash.check.has_value());
  CHECK(flash.check->verified);
  CHECK(flash.check->rel_l2 == 2e-4);  // the worst of the launches
}

TEST_CASE("pytorch_sdpa: a backend that failed in one launch has no times, and says why") {
  const Run run = documents::read_run(python(kWriter), "pytorch.json");
  for (const char* name : {"pytorch_math", "pytorch_efficient"}) {
    CHECK(of(run, name).launches.empty());
    REQUIRE(of(run, name).failures.size() == 1);
    CHECK(of(run, name).failures[0].kind == "wrong_answer");
    CHECK_FALSE(of(run, name).check->verified);
  }
  CHECK(of(run, "pytorch_cudnn").failures.at(0).kind == "unavailable");
}

TEST_CASE("pytorch_sdpa: intervals are batched until a tick is a thousandth, and not shorter than ratchet's own") {
  CHECK(python("import pytorch_sdpa as s; print(s.batch_for(1, 50e3, 32), s.batch_for(11, 550e3, 32), s.batch_for(1, "
               "250e3, 1024))") == "11 11 5\n");
}

TEST_CASE("pytorch_sdpa: causal work counts exactly the pairs that are seen") {
  CHECK(python("import pytorch_sdpa as s; print(s.work((2, 3, 5, 64), True))") == "(15360, 23040)\n");
}
