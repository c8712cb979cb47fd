// Describe each case as a value, list them in one function, export the list in one line: a thin C++20 layer over the C
// ABI of module.h, so that the author of a module writes kernels. It must never time, print or judge: the host does.
//
//   const ratchet_module* ratchet_module_entry() { return export_module<cases>("mine", RATCHET_CPU); }
#pragma once

#include "module.h"  // its neighbour: both are installed into one folder

#include <cstdint>
#include <functional>
#include <source_location>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace ratchet::kernels {

class Call;  // what the host lends: buffer<T>(index), stream(), threads(), parallel_for(tasks, task)
using Launch = std::function<void()>;

struct Parameter {
  Parameter(std::string name, std::string text) : key(std::move(name)), value(std::move(text)) {}
  Parameter(std::string name, std::uint64_t number) : key(std::move(name)), value(std::to_string(number)) {}
  std::string key, value;
};

struct Case {
  std::string op, implementation;
  std::vector<Parameter> parameters{};  // their order is part of the id
  std::vector<Parameter> variant{};     // how it is computed: in the id behind the parameters, not in the definition
  std::string definition{};             // what is computed, never how; parameters and buffers are added on export
  std::string source{};                 // here()
  std::uint64_t bytes = 0;              // per call: each input read once, each output written once
  std::uint64_t flops = 0;              // per call
  ratchet_l2 l2 = RATCHET_L2_WARM;      // see cold()
  ratchet_timing timing = RATCHET_TIMED_BY_DEVICE;
  std::vector<ratchet_buffer> buffers{};  // input(), output(), scratch(): asked for, never allocated

  // One call: enqueue it on the stream (CUDA, capturable in a graph) or do it (CPU). No allocation, no synchronisation.
  std::function<void(const Call&)> launch{};
  // Instead of launch, where work is to be done once before: it returns the launch, which owns what it needs.
  std::function<Launch(const Call&)> prepare{};
  // expected[k], in double, for the k-th output; on the module's device, complete when it returns.
  std::function<void(const Call&, double* const* expected)> reference{};

  [[nodiscard]] std::string id() const;
  [[nodiscard]] std::string parameter_list() const;
  [[nodiscard]] std::string full_definition() const;  // two results are comparable where these are equal
};

struct Bound {
  double rel_l2 = 0, row_error = 0;  // relative to the reference: of the whole output, of its worst row; 0 is equality
};

// `name` must be a literal. Equal inputs of two cases, also of two modules, are one memory. Counts are of elements.
[[nodiscard]] ratchet_buffer input(const char* name, ratchet_type, std::uint64_t count, ratchet_fill,
                                   std::uint64_t seed);
[[nodiscard]] ratchet_buffer output(const char* name, ratchet_type, std::uint64_t count, std::uint64_t row, Bound);
[[nodiscard]] ratchet_buffer scratch(const char* name, ratchet_type, std::uint64_t count);

// Other benchmarks than the case they are given, and their ids say so: buffers out of the cache, launching included.
[[nodiscard]] Case cold(Case one);
[[nodiscard]] Case timed_by_host(Case one);
// A variant that a constraint forbids: listed with the reason, and never launched.
[[nodiscard]] Case rejected(Case one, const std::string& why);
// "file:line" of the line that calls it, for Case::source.
[[nodiscard]] std::string here(std::source_location where = std::source_location::current());

// Thrown by prepare where the machine lacks something optional that the case needs: say what, and how to get it.
struct Unavailable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// What ratchet_module_entry returns. `list` is called once; if it throws, the answer is NULL, which a host refuses.
template <std::vector<Case> (*list)()>
const ratchet_module* export_module(const char* name, ratchet_device device) noexcept;

}  // namespace ratchet::kernels

#include "case_export.h"  // how it is done
