// Which cases of two different module files are identical all the same: same device code, launch configuration and
// inputs. That costs a second and no measuring, and it is asked only on a GPU, where a call can be seen as a list of
// kernels. Every doubt is a "no": the case is then measured, as it would be without this.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "src/executor/bench.h"

namespace ratchet::executor {

// One line for people: why a case, or all of them, must be measured. The same line comes once.
using OnDoubt = std::function<void(const std::string& why)>;

class Identity {
 public:
  // bench and the callback outlive this.
  Identity(Bench& bench, std::string capability, double case_timeout_s, OnDoubt on_doubt);

  // Those of the cases that are identical. Never throws but Interrupted: what cannot be asked is measured.
  [[nodiscard]] std::set<std::string> identical(const std::filesystem::path& baseline,
                                                const std::filesystem::path& candidate,
                                                const std::vector<std::string>& cases);

 private:
  [[nodiscard]] const DeviceCode& code(const std::filesystem::path& module);
  [[nodiscard]] std::set<std::string> ask(const std::filesystem::path& baseline, const std::filesystem::path& candidate,
                                          const std::vector<std::string>& cases);
  void doubt(const std::string& why);

  Bench& bench_;
  std::string capability_;
  double case_timeout_s_;
  OnDoubt on_doubt_;
  std::map<std::filesystem::path, DeviceCode> codes_;  // a file is taken apart once, however many baselines it meets
  std::set<std::string> said_;
};

}  // namespace ratchet::executor
