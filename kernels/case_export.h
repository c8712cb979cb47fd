// The other half of case.h: how a list of cases becomes the C structures of module.h. Included by case.h and by nobody
// else; an author of kernels need not read it.
#pragma once

#include "case.h"

#include <cstdio>
#include <exception>
#include <memory>

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

inline ratchet_buffer input(const char* name, ratchet_type type, std::uint64_t count, ratchet_fill fill,
                            std::uint64_t seed) {
  return {name, std::uint32_t(type), std::uint32_t(fill), count, seed, 0, 0, 0};
}
inline ratchet_buffer output(const char* name, ratchet_type type, std::uint64_t count, std::uint64_t row, Bound bound) {
  return {name, std::uint32_t(type), RATCHET_OUTPUT, count, 0, row, bound.rel_l2, bound.row_error};
}
inline ratchet_buffer scratch(const char* name, ratchet_type type, std::uint64_t count) {
  return {name, std::uint32_t(type), RATCHET_SCRATCH, count, 0, 0, 0, 0};
}

namespace detail {

inline std::string joined(const std::vector<Parameter>& all) {
  std::string text;
  for (const Parameter& one : all) text += (text.empty() ? "" : ",") + one.key + '=' + one.value;
  return text;
}

}  // namespace detail

inline std::string Case::parameter_list() const { return detail::joined(parameters); }

inline std::string Case::id() const {
  return op + '/' + implementation + '/' + parameter_list() + (variant.empty() ? "" : ",") + detail::joined(variant);
}

// Everything that makes two results comparable: a widened bound is another benchmark as much as another formula is.
inline std::string Case::full_definition() const {
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

inline Case cold(Case one) {
  one.l2 = RATCHET_L2_COLD;
  one.parameters.emplace_back("l2", "cold");
  return one;
}

inline Case timed_by_host(Case one) {
  one.timing = RATCHET_TIMED_BY_HOST;
  one.parameters.emplace_back("timing", "host");
  return one;
}

inline Case rejected(Case one, const std::string& why) {
  one.prepare = [why](const Call&) -> Launch { throw Unavailable(why); };
  return one;
}

inline std::string here(std::source_location where) {
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
