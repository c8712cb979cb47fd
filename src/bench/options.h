// The command line of ratchet-bench, and nothing else, knows Boost.Program_options.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace ratchet::bench {

struct Handicap {
  std::string glob;
  double percent = 0;
};

struct Options {
  bool describe = false;  // list the candidate's cases, measure nothing
  bool identify = false;  // compare what both modules launch, measure nothing
  bool duet = false;      // modules are the baseline and the candidate; else a run of them all
  std::vector<std::string> modules;  // files
  std::vector<std::string> globs;    // cases to measure; with case_file empty too: all
  std::string case_file;
  bool together = false;  // blank lines of the case file end groups, whose cases take turns
  std::uint64_t warmup = 20;
  std::uint64_t rounds = 101;
  std::uint64_t seed = 1;
  std::uint64_t launch = 0;
  std::uint64_t inputs = 0;  // which draw of them; 0: as the cases name them
  double timeout_s = 60;  // for one case
  std::uint64_t lock_timeout_s = 600;
  unsigned threads = 0;  // 0: all processors that may be used
  std::vector<Handicap> handicaps;
  unsigned lock_clocks_mhz = 0;  // 0: the clock is left alone
  bool unconfined = false;       // modules may do all that the user may
  bool verbose = false;
};

// What to do, or a text to print (--help, --version). Throws Error.
[[nodiscard]] std::variant<Options, std::string> parse_options(int argc, const char* const* argv);

}  // namespace ratchet::bench
