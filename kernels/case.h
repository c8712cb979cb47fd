// A thin C++20 layer over the C ABI of module.h: describe each case as a value, list them in one function, export the
// list in one line. It exists so that the author of a module writes kernels and not plumbing. It must never time,
// print, judge or keep anything between calls: that is the host's part.
//
//   std::vector<Case> cases() { return {copy(1024)}; }
//   const ratchet_module* ratchet_module_entry() { return ratchet::kernels::export_module<cases>("mine", RATCHET_CPU);
//   }
#pragma once

#include "module.h"  // its neighbour: both are installed into one folder

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <functional>
#include <memory>
#include <source_location>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace ratchet::kernels {

// What the host lends to one prepared case; valid from prepare to release.
class Call {
 public:
  explicit Call(const ratchet_call& call) : call_(&call) {}

  // The index-th of Case::buffers. T must match its ratchet_type; write const T for inputs.
  template <class T>
  [[nodiscard]] T* buffer(std::size_t index) const {
    return static_cast<T*>(call_->buffers[index]);
  }
  [[nodiscard]] void* stream() const { return call_->stream; }  // a cudaStream_t; NULL on a CPU
  [[nodiscard]] std::uint32_t threads() const { return call_->threads; }

  // task(index) for 0..tasks-1 on the host's threads; returns when all are done. An exception in a task ends the
  // process.
  template <class Task>
  void parallel_for(std::uint32_t tasks, const Task& task) const {
    const auto run = [](void* context, std::uint32_t index) noexcept { (*static_cast<const Task*>(context))(index); };
    call_->parallel_for(call_->pool, tasks, run, const_cast<Task*>(&task));
  }

 private:
  const ratchet_call* call_;
};

// Errors relative to the reference: of the whole output and of its worst row. 0 demands equality.
struct Bound {
  double rel_l2 = 0;
  double row_error = 0;
};

// `name` must be a literal. Equal inputs of two cases, also of two modules, are one memory.
[[nodiscard]] inline ratchet_buffer input(const char* name, ratchet_type type, std::uint64_t count, ratchet_fill fill,
                                          std::uint64_t seed) {
  return {name, std::uint32_t(type), std::uint32_t(fill), count, seed, 0, 0, 0};
}
[[nodiscard]] inline ratchet_buffer output(const char* name, ratchet_type type, std::uint64_t count, std::uint64_t row,
                                           Bound bound) {
  return {name, std::uint32_t(type), RATCHET_OUTPUT, count, 0, row, bound.rel_l2, bound.row_error};
}
[[nodiscard]] inline ratchet_buffer scratch(const char* name, ratchet_type type, std::uint64_t count) {
  return {name, std::uint32_t(type), RATCHET_SCRATCH, count, 0, 0, 0, 0};
}

struct Parameter {
  Parameter(std::string name, std::string text) : key(std::move(name)), value(std::move(text)) {}
  Parameter(std::string name, std::uint64_t number) : key(std::move(name)), value(std::to_string(number)) {}
  std::string key;
  std::string value;
};

using Launch = std::function<void()>;

// Thrown by Case::prepare where the machine lacks something optional that the case needs: say what, and how to get it.
struct Unavailable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Case {
  std::string op;
  std::string implementation;
  std::vector<Parameter> parameters{};  // their order is part of the id
  std::vector<Parameter> variant{};     // how it is computed: in the id, behind the parameters, never in the definition
  std::string definition{};             // what is computed, never how; parameters and buffers are added on export
  std::string source{};                 // here()
  std::uint64_t bytes = 0;              // per call: each input read once, each output written once
  std::uint64_t flops = 0;
  ratchet_l2 l2 = RATCHET_L2_WARM;
  ratchet_timing timing = RATCHET_TIMED_BY_DEVICE;
  std::vector<ratchet_buffer> buffers{};

  // One call: enqueue it on the stream (CUDA, capturable in a graph) or do it (CPU). No allocation, no synchronisation.
  std::function<void(const Call&)> launch{};
  // Instead of launch, where work is to be done once before: it returns the launch, which owns what it needs.
  std::function<Launch(const Call&)> prepare{};
  // expected[k], in double, for the k-th output; on the module's device, complete when it returns.
  std::function<void(const Call&, double* const* expected)> reference{};

  [[nodiscard]] std::string id() const {
    return op + '/' + implementation + '/' + parameter_list() + (variant.empty() ? "" : ",") + list(variant);
  }
  [[nodiscard]] std::string parameter_list() const { return list(parameters); }

  [[nodiscard]] static std::string list(const std::vector<Parameter>& all) {
    std::string text;
    for (const Parameter& one : all) text += (text.empty() ? "" : ",") + one.key + '=' + one.value;
    return text;
  }

  // Everything that makes two results comparable: a widened bound is another benchmark as much as another formula is.
  [[nodiscard]] std::string full_definition() const {
    std::string text = op + ": " + definition + "; " + parameter_list();
    for (const ratchet_buffer& buffer : buffers) {
      char line[256];
      std::snprintf(line, sizeof line, "; %s type=%u fill=%u count=%llu seed=%llu row=%llu rel_l2<=%g row_error<=%g",
                    buffer.name, buffer.type, buffer.fill, static_cast<unsigned long long>(buffer.count),
                    static_cast<unsigned long long>(buffer.seed), static_cast<unsigned long long>(buffer.row),
                    buffer.rel_l2_max, buffer.row_error_max);
      text += line;
    }
    return text;
  }
};

// The same work on buffers that have left the cache: another benchmark, and its id says so.
[[nodiscard]] inline Case cold(Case one) {
  one.l2 = RATCHET_L2_COLD;
  one.parameters.emplace_back("l2", "cold");
  return one;
}

// The same call with its launching: another benchmark, and its id says so.
[[nodiscard]] inline Case timed_by_host(Case one) {
  one.timing = RATCHET_TIMED_BY_HOST;
  one.parameters.emplace_back("timing", "host");
  return one;
}

// A point of a variant space that a constraint forbids: listed with the reason, and never launched.
[[nodiscard]] inline Case rejected(Case one, const std::string& why) {
  one.prepare = [why](const Call&) -> Launch { throw Unavailable(why); };
  return one;
}

// "file:line" of the line that calls it, for Case::source.
[[nodiscard]] inline std::string here(std::source_location where = std::source_location::current()) {
  return std::string(where.file_name()) + ':' + std::to_string(where.line());
}

namespace detail {

// An array, because a thread-local object with a destructor would keep the library from being unloaded.
inline char (&last_error())[512] {
  thread_local char message[512] = "";
  return message;
}

// Exceptions must not cross the C ABI: they become a status and a message.
template <class Step>
int guarded(const Step& step) noexcept {
  const char* what = "an exception that is no std::exception";
  try {
    step();
    return 0;
  } catch (const Unavailable& lack) {
    std::snprintf(last_error(), sizeof last_error(), "%s", lack.what());
    return RATCHET_UNAVAILABLE;
  } catch (const std::exception& error) {
    std::snprintf(last_error(), sizeof last_error(), "%s", error.what());
  } catch (...) {
    std::snprintf(last_error(), sizeof last_error(), "%s", what);
  }
  return 1;
}

// The cases and the C structures that point into them; never moved once built.
struct Table {
  explicit Table(std::vector<Case> list) : cases(std::move(list)) {
    texts.reserve(2 * cases.size());
    for (const Case& one : cases) {
      const char* id = texts.emplace_back(one.id()).c_str();
      const char* definition = texts.emplace_back(one.full_definition()).c_str();
      abi.push_back({id, definition, one.source.empty() ? nullptr : one.source.c_str(), one.bytes, one.flops,
                     std::uint32_t(one.l2), std::uint32_t(one.timing), one.buffers.size(), one.buffers.data()});
    }
  }
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  std::vector<Case> cases;
  std::vector<std::string> texts;
  std::vector<ratchet_case> abi;
};

struct Prepared {
  Prepared(const Case& one, const ratchet_call& lent) : which(one), call(lent) {
    if (which.prepare) {
      launch = which.prepare(call);
    } else if (which.launch) {
      launch = [this] { which.launch(call); };
    }
    if (!launch) throw std::logic_error(which.id() + ": the case has no launch function; set Case::launch");
    if (!which.reference) throw std::logic_error(which.id() + ": the case has no reference; set Case::reference");
  }
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;

  const Case& which;
  Call call;
  Launch launch;
};

}  // namespace detail

// What ratchet_module_entry returns. `list` is called once; if it throws, the answer is NULL, which a host refuses.
template <std::vector<Case> (*list)()>
const ratchet_module* export_module(const char* name, ratchet_device device) noexcept {
  using detail::guarded;
  using detail::Prepared;
  try {
    static const detail::Table table(list());
    static const ratchet_module module{
        RATCHET_ABI,
        static_cast<std::uint32_t>(device),
        name,
        static_cast<std::uint32_t>(table.abi.size()),
        table.abi.data(),
        [](const ratchet_case* which, const ratchet_call* call, void** state) {
          return guarded([&] {
            const auto index = static_cast<std::size_t>(which - table.abi.data());
            *state = std::make_unique<Prepared>(table.cases.at(index), *call).release();
          });
        },
        [](void* state) { return guarded([&] { static_cast<Prepared*>(state)->launch(); }); },
        [](void* state, double* const* expected) {
          const auto* prepared = static_cast<Prepared*>(state);
          return guarded([&] { prepared->which.reference(prepared->call, expected); });
        },
        [](void* state) { delete static_cast<Prepared*>(state); },
        []() -> const char* { return detail::last_error(); }};
    return &module;
  } catch (...) {
    return nullptr;
  }
}

}  // namespace ratchet::kernels
