#include "src/bench/module.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>
#include <span>
#include <string_view>

#include "ratchet/error.h"
#include "src/bench/element.h"
#include "src/bench/sha256.h"

namespace ratchet::bench {

namespace {

// 16 TiB: more than any device holds, and small enough that sizes cannot overflow.
constexpr std::uint64_t kMaximalBytes = std::uint64_t{1} << 44;

// More than any kernel takes. A pointer that is read as a count, because the module's structures are laid out
// otherwise, is above it.
constexpr std::uint64_t kMaximalBuffers = 4096;

// "op/implementation/...": printable ASCII without blanks, the first two parts not empty.
bool well_formed(std::string_view id) {
  const auto printable = [](char c) { return c > ' ' && c < 0x7F; };
  const auto first = id.find('/');
  const auto second = first == id.npos ? id.npos : id.find('/', first + 1);
  return std::all_of(id.begin(), id.end(), printable) && second != id.npos && first > 0 && second > first + 1;
}

std::string fault(const ratchet_buffer& buffer) {
  const std::uint64_t size = element_bytes(buffer.type);
  if (size == 0) return fmt::format("type {} does not exist", buffer.type);
  if (buffer.fill > RATCHET_SCRATCH) return fmt::format("fill {} does not exist", buffer.fill);
  if (buffer.type == RATCHET_U8 && buffer.fill == RATCHET_NORMAL) return "U8 cannot be filled with normal numbers";
  if (buffer.count == 0 || buffer.count > kMaximalBytes / size)
    return fmt::format("count {} is not sane", buffer.count);
  if (buffer.fill != RATCHET_OUTPUT) return "";
  if (buffer.row == 0 || buffer.count % buffer.row != 0)
    return fmt::format("row {} does not divide count {}", buffer.row, buffer.count);
  const auto bound = [](double value) { return std::isfinite(value) && value >= 0; };
  if (!bound(buffer.rel_l2_max) || !bound(buffer.row_error_max)) return "the bounds must be finite and not negative";
  return "";
}

std::string fault(const ratchet_case& which) {
  if (!which.definition || !*which.definition) return "the definition is missing; say what is computed";
  if (which.l2 > RATCHET_L2_COLD) return fmt::format("l2 {} does not exist", which.l2);
  if (which.timing > RATCHET_TIMED_BY_HOST) return fmt::format("timing {} does not exist", which.timing);
  if (which.timing == RATCHET_TIMED_BY_HOST && which.l2 == RATCHET_L2_COLD)
    return "a case timed by the host cannot be cold: launches follow each other";
  if (which.buffer_count > kMaximalBuffers)
    return fmt::format("{} buffers are not sane; was it built with another module.h?", which.buffer_count);
  if (which.buffer_count > 0 && !which.buffers) return "the list of buffers is NULL";
  bool has_output = false;
  std::set<std::string_view> names;
  for (const ratchet_buffer& buffer : std::span(which.buffers, which.buffer_count)) {
    if (!buffer.name || !*buffer.name) return "a buffer has no name";
    if (!names.insert(buffer.name).second) return fmt::format("two buffers are named '{}'", buffer.name);
    if (const std::string what = fault(buffer); !what.empty()) return fmt::format("buffer '{}': {}", buffer.name, what);
    has_output |= buffer.fill == RATCHET_OUTPUT;
  }
  return has_output ? "" : "no buffer is an output, so nothing can be verified";
}

}  // namespace

Module::Module(const std::string& path, bool private_copy) {
  std::error_code error;
  // Absolute: a bare name would be searched in the loader's folders.
  const std::filesystem::path absolute = std::filesystem::canonical(path, error);
  if (error) throw Error(fmt::format("{}: no such module file; build it or give its path", path));
  library_ = private_copy ? load_copy(absolute) : load_library(absolute);
  const auto entry = reinterpret_cast<decltype(&ratchet_module_entry)>(dlsym(library_.get(), RATCHET_MODULE_ENTRY));
  if (!entry)
    throw Error(fmt::format("{}: exports no {}; build it with ratchet_add_module()", path, RATCHET_MODULE_ENTRY));
  module_ = entry();
  if (!module_)
    throw Error(fmt::format("{}: {}() returned NULL; listing its cases failed", path, RATCHET_MODULE_ENTRY));
  validate(*module_, path);
}

const ratchet_case* Module::find(const std::string& id) const {
  for (const ratchet_case& which : std::span(module_->cases, module_->case_count))
    if (id == which.id) return &which;
  return nullptr;
}

void validate(const ratchet_module& module, const std::string& path) {
  if (module.abi > RATCHET_ABI)
    throw Error(fmt::format("{}: speaks module ABI {}, this ratchet-bench speaks up to {}; install a newer ratchet",
                            path, module.abi, RATCHET_ABI));
  if (module.abi < 1) throw Error(fmt::format("{}: speaks module ABI 0, which does not exist", path));
  if (module.device > RATCHET_CUDA) throw Error(fmt::format("{}: device {} does not exist", path, module.device));
  if (!module.prepare || !module.launch || !module.reference || !module.release || !module.last_error)
    throw Error(fmt::format("{}: a function of the module is NULL", path));
  if (!module.name || !*module.name) throw Error(fmt::format("{}: the module has no name", path));
  if (module.case_count == 0 || !module.cases) throw Error(fmt::format("{}: the module has no cases", path));
  std::set<std::string_view> ids;
  for (const ratchet_case& which : std::span(module.cases, module.case_count)) {
    if (!which.id || !well_formed(which.id))
      throw Error(
          fmt::format("{}: '{}' is no case id; use op/implementation/key=value,... in printable ASCII without "
                      "blanks",
                      path, which.id ? which.id : "(null)"));
    if (!ids.insert(which.id).second) throw Error(fmt::format("{}: two cases have the id {}", path, which.id));
    if (const std::string what = fault(which); !what.empty())
      throw Error(fmt::format("{}: case {}: {}", path, which.id, what));
  }
}

CaseFacts facts_of(const ratchet_case& which) {
  CaseFacts facts;
  facts.id = which.id;
  facts.bytes = which.bytes;
  facts.flops = which.flops;
  facts.l2 = which.l2 == RATCHET_L2_COLD ? "cold" : "warm";
  if (which.timing == RATCHET_TIMED_BY_HOST) facts.timed_by = "host";
  facts.definition = definition_hash(which);
  facts.source = which.source ? which.source : "";
  return facts;
}

std::string definition_hash(const ratchet_case& which) {
  std::string text = fmt::format("{}\n", which.definition);
  for (const ratchet_buffer& buffer : std::span(which.buffers, which.buffer_count))
    text += fmt::format("{} {} {} {} {}\n", buffer.name, buffer.type, buffer.fill, buffer.count, buffer.seed);
  text += std::to_string(which.l2);
  return sha256(which.timing == RATCHET_TIMED_BY_HOST ? text + " host" : text).substr(0, 16);
}

std::string device_name(std::uint32_t device) { return device == RATCHET_CUDA ? "cuda" : "cpu"; }

}  // namespace ratchet::bench
