#include "src/report/markdown.h"

#include <fmt/format.h>

#include "src/report/table.h"

namespace ratchet::report {

namespace {

// A bar would end the cell.
std::string cell_text(const std::string& text) {
  std::string safe;
  for (const char c : printable(text)) safe += c == '|' ? std::string("\\|") : std::string(1, c);
  return safe;
}

}  // namespace

std::string line_of(const std::vector<std::string>& cells) {
  std::string line = "|";
  for (const std::string& one : cells) line += " " + cell_text(one) + " |";
  return line + "\n";
}

std::string heading(const std::vector<std::string>& titles, const char* alignment) {
  std::string rule = "| --- |";
  for (std::size_t i = 1; i < titles.size(); ++i) rule += alignment;
  return line_of(titles) + rule + "\n";
}

std::string environment_text(const Run& run, const std::string& title, const Ceilings& ceilings) {
  std::string text = "**" + printable(title) + "**";
  text += fmt::format(": {}{}", run.tool.empty() ? "unknown tool" : printable(run.tool),
                      run.started_at.empty() ? "" : ", begun " + run.started_at);
  if (!run.commit.sha.empty())
    text +=
        fmt::format(", commit `{}`{}", run.commit.sha, run.commit.dirty ? " with changes that are not committed" : "");
  text += "\n\n";
  if (!run.environment) return text + "* its environment is not known\n";
  const Environment& e = *run.environment;
  const auto item = [&](const char* what, const std::string& value) {
    text += fmt::format("* {}: {}\n", what, value.empty() ? "not known" : printable(value));
  };
  item("device",
       e.device.name +
           (e.device.compute_capability.empty() ? "" : ", compute capability " + e.device.compute_capability));
  if (e.device.kind == "cuda") {
    item("driver", e.driver);
    item("CUDA", e.cuda_runtime);
  }
  item("processor", e.cpu);
  item("system", e.os);
  item("clocks", e.clock_policy);
  item("timer's tick", e.timer_tick_ns > 0 ? fmt::format("{:.3g} ns", e.timer_tick_ns) : "");
  if (ceilings.peak_bytes_per_s > 0)
    item("memory's peak", fmt::format("{:.0f} GB/s", ceilings.peak_bytes_per_s / 1e9));
  if (ceilings.flops_per_s > 0)
    item("FP16 tensor cores at the clock measured", fmt::format("{:.0f} TFLOP/s", ceilings.flops_per_s / 1e12));
  return text;
}

}  // namespace ratchet::report
