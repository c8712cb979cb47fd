// What is measured here: the configured modules and command suites that this machine can run, and their cases.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "src/cli/command.h"
#include "src/documents/documents.h"
#include "src/executor/session.h"

namespace ratchet::cli {

struct SuiteModule {
  std::size_t index = 0;  // in config.modules
  std::filesystem::path file;
  std::string hash;              // SHA-256 of the file
  std::vector<CaseFacts> cases;  // those that the filter leaves
};

struct Suite {
  Environment environment;
  std::vector<SuiteModule> modules;
};

// The configured modules, or, without any and without command suites, the built-in ones, which lie beside the programs.
// They need not exist.
[[nodiscard]] std::vector<std::filesystem::path> module_files(Context& context);
[[nodiscard]] std::filesystem::path built_in_modules();  // their folder

void declare_suite(po::options_description& options);   // and --case
void declare_device(po::options_description& options);  // --device and --lock-clocks

// The configured modules and command suites, and the modules of --module, which must exist; --device and --case applied. A GPU is measured where
// there is one, else the CPU; a module that is left out is said on stderr. Error when nothing is left, when a case is
// in two modules, or when a GPU that has baselines is not usable.
[[nodiscard]] Suite load_suite(Context& context, const po::variables_map& values);
// The same of these files and cases.
[[nodiscard]] Suite load_modules(Context& context, const po::variables_map& values,
                                 const std::vector<std::filesystem::path>& files,
                                 const std::vector<std::string>& globs);

// Rounds, warm-up, time-outs and planted handicaps.
[[nodiscard]] executor::Settings settings_from(Context& context, const po::variables_map& values);

}  // namespace ratchet::cli
