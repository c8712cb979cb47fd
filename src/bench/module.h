// A module file loaded into this process, checked before anything of it is believed. Loading runs the file's own code,
// so it happens in the worker, which may die of it, and never in the supervisor.
#pragma once

#include <string>

#include "kernels/module.h"
#include "ratchet/run.h"
#include "src/bench/library.h"

namespace ratchet::bench {

class Module {
 public:
  // Throws Error, naming the file, when it cannot be loaded or breaks the ABI. private_copy: see load_copy().
  explicit Module(const std::string& path, bool private_copy = false);

  [[nodiscard]] const ratchet_module& operator*() const noexcept { return *module_; }
  [[nodiscard]] const ratchet_module* operator->() const noexcept { return module_; }
  // NULL when the module has no such case.
  [[nodiscard]] const ratchet_case* find(const std::string& id) const;

 private:
  Library library_;
  const ratchet_module* module_ = nullptr;
};

// Throws Error, with the words of `path` in front, when the table breaks the rules of kernels/module.h.
void validate(const ratchet_module& module, const std::string& path);

// Without what only measuring tells: batch, memory, handicap.
[[nodiscard]] CaseFacts facts_of(const ratchet_case& which);

// The first 16 hex digits of SHA-256 over the definition's text, the buffers' names and contents, and l2. The bounds of
// an output do not count: they judge the case and do not say what it is.
[[nodiscard]] std::string definition_hash(const ratchet_case& which);

[[nodiscard]] std::string device_name(std::uint32_t device);  // "cpu" or "cuda"

}  // namespace ratchet::bench
