#include "targets.h"

#include "inputs.h"
#include "src/documents/documents.h"
#include "src/documents/expected_document.h"
#include "src/documents/matrix_document.h"
#include "src/documents/tuning_document.h"
#include "src/documents/verdict_document.h"
#include "src/executor/cubin.h"
#include "src/importers/adapter.h"
#include "src/importers/joined.h"
#include "src/repository/accept_file.h"
#include "src/repository/config.h"

namespace ratchet::fuzz {
namespace {

// What an importer accepts must be recordable: our own documents have to take it.
bool imported(const char* adapter, std::string_view text) {
  importers::Reading reading;
  const importers::Companion beside = [&](const std::string& path) {
    return path == "floats" ? std::string("\0\0\x80\x3f\0\0\0\x40", 8) : std::string(text);
  };
  if (!accepted([&] { reading = importers::read(importers::adapter_named(adapter), {text, "file", "title", beside}); }))
    return false;
  if (!accepted([&] { importers::place(reading.runs, importers::adapter_named(adapter), "", "file"); }))
    importers::place(reading.runs, importers::adapter_named(adapter), "a device of this name only", "file");
  for (const Run& run : reading.runs) (void)documents::read_run(documents::write(run), "written");
  return true;
}

// What is accepted and can be written must be readable again.
template <auto Read>
bool document(std::string_view text) {
  decltype(Read(text, "file")) read;
  if (!accepted([&] { read = Read(text, "file"); })) return false;
  if constexpr (requires { documents::write(read); }) (void)Read(documents::write(read), "written");
  return true;
}

bool is_config(std::string_view text) {
  return accepted([&] { (void)repository::parse_config(text, "file", "/"); });
}

}  // namespace

const std::vector<Target>& targets() {
  static const std::vector<Target> all{
      {"bmf", [](std::string_view text) { return imported("bmf", text); }},
      {"catch2", [](std::string_view text) { return imported("catch2", text); }},
      {"criterion", [](std::string_view text) { return imported("criterion", text); }},
      {"csv", [](std::string_view text) { return imported("csv", text); }},
      {"go", [](std::string_view text) { return imported("go", text); }},
      {"google-benchmark", [](std::string_view text) { return imported("google-benchmark", text); }},
      {"hyperfine", [](std::string_view text) { return imported("hyperfine", text); }},
      {"jmh", [](std::string_view text) { return imported("jmh", text); }},
      {"nvbench", [](std::string_view text) { return imported("nvbench", text); }},
      {"pytest-benchmark", [](std::string_view text) { return imported("pytest-benchmark", text); }},
      {"ratchet.run", [](std::string_view text) { return imported("ratchet.run", text); }},
      {"duet", document<&documents::read_duet>},
      {"verdict", document<&documents::read_verdict>},
      {"expected", document<&documents::read_expected>},
      {"matrix", document<&documents::read_matrix>},
      {"module", document<&documents::read_module>},
      {"launches", document<&documents::read_call_comparisons>},
      {"tuning", document<&documents::read_tuning>},
      {"accept", document<&repository::parse_accept_file>},
      {"config", is_config},
      {"cubin", [](std::string_view text) { return accepted([&] { (void)executor::read_cubin(text, "sm_90a"); }); }},
      {"arguments", is_command_line},
      {"bench-arguments", is_bench_command_line},
      {"channel", is_conversation},
      {"bundle", is_bundle},
      {"artefact", is_artefact},
      {"event", is_event},
      {"gzip", is_gzip},
      {"samples", is_samples},
      {"columns", is_columns}};
  return all;
}

}  // namespace ratchet::fuzz
