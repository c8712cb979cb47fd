// What one call of a case puts on the device, as plain data: the nodes of the graph that the call is captured into,
// each with everything that decides what it does. Two calls of equal graphs do the same work if their kernels have the
// same machine code, of which this knows only the names. Doubt is a difference: it costs a measurement, a wrong
// sameness would hide a regression.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ratchet::bench {

// Bytes that must be equal, by the words for a reader: "grid", "arguments".
struct Trait {
  std::string name;
  std::string bytes;
};

struct CallNode {
  std::string kernel;  // as in the machine code; empty: a memset, which the driver itself carries out
  std::vector<Trait> traits;
};

// From and to, as indices of nodes, and the way in which one waits for the other.
struct CallEdge {
  std::size_t from = 0;
  std::size_t to = 0;
  std::array<std::uint8_t, 3> kind{};
  friend bool operator==(const CallEdge&, const CallEdge&) = default;
};

struct CallGraph {
  std::vector<CallNode> nodes;  // in order of capture
  std::vector<CallEdge> edges;
};

// What differs, for people; nothing when both do the same. A call without kernels is never the same: there would be no
// machine code to compare.
[[nodiscard]] std::optional<std::string> difference(const CallGraph& baseline, const CallGraph& candidate);

// Each once, in order of first launch.
[[nodiscard]] std::vector<std::string> kernels_of(const CallGraph& call);

}  // namespace ratchet::bench
