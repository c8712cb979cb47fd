#include "src/bench/call_graph.h"

#include <fmt/format.h>

#include <algorithm>

namespace ratchet::bench {

namespace {

std::string name_of(const CallNode& node) { return node.kernel.empty() ? "memset" : "kernel " + node.kernel; }

std::optional<std::string> difference(const CallNode& baseline, const CallNode& candidate) {
  if (baseline.kernel != candidate.kernel)
    return fmt::format("the baseline launches {}, the candidate {}", name_of(baseline), name_of(candidate));
  for (std::size_t i = 0; i < std::max(baseline.traits.size(), candidate.traits.size()); ++i) {
    if (i >= baseline.traits.size() || i >= candidate.traits.size())
      return fmt::format("{}: one side has more to tell", name_of(candidate));
    const Trait& there = baseline.traits[i];
    const Trait& here = candidate.traits[i];
    if (there.name != here.name || there.bytes != here.bytes)
      return fmt::format("{}: the {} differs", name_of(candidate), here.name);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> difference(const CallGraph& baseline, const CallGraph& candidate) {
  if (baseline.nodes.size() != candidate.nodes.size())
    return fmt::format("a call of the baseline makes {} graph nodes, one of the candidate {}", baseline.nodes.size(),
                       candidate.nodes.size());
  for (std::size_t i = 0; i < candidate.nodes.size(); ++i)
    if (auto what = difference(baseline.nodes[i], candidate.nodes[i])) return what;
  if (baseline.edges != candidate.edges) return "the nodes wait for each other in different ways";
  if (kernels_of(candidate).empty()) return "the call launches no kernel";
  return std::nullopt;
}

std::vector<std::string> kernels_of(const CallGraph& call) {
  std::vector<std::string> kernels;
  for (const CallNode& node : call.nodes)
    if (!node.kernel.empty() && std::find(kernels.begin(), kernels.end(), node.kernel) == kernels.end())
      kernels.push_back(node.kernel);
  return kernels;
}

}  // namespace ratchet::bench
