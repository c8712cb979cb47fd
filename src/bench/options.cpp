#include "src/bench/options.h"

#include <boost/program_options.hpp>
#include <charconv>
#include <cmath>
#include <limits>
#include <sstream>
#include <system_error>

#include "ratchet/error.h"

namespace ratchet::bench {

namespace {

namespace po = boost::program_options;

// Program_options reads "-1" into an unsigned as 2^64 - 1; every number comes through here instead.
struct Number {
  std::uint64_t value = 0;
};

void validate(boost::any& result, const std::vector<std::string>& texts, Number*, int) {
  const std::string& text = po::validators::get_single_string(texts);
  const char* const end = text.data() + text.size();
  Number number;
  if (const auto [rest, error] = std::from_chars(text.data(), end, number.value); error != std::errc() || rest != end)
    throw po::validation_error(po::validation_error::invalid_option_value);
  result = number;
}

// Throws Error, quoting `given`, unless the text is a finite number above 0.
double positive(const std::string& text, const std::string& given) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end || !std::isfinite(value) || value <= 0)
    throw Error(given + ": expected a number above 0");
  return value;
}

// GLOB=PERCENT. Ids hold '=' themselves, so the last one separates.
Handicap handicap(const std::string& text) {
  const auto equals = text.rfind('=');
  const std::string percent = equals == text.npos ? "" : text.substr(equals + 1);
  return {text.substr(0, equals), positive(percent, "--handicap " + text)};
}

po::options_description description() {
  po::options_description all(
      "ratchet-bench measures the cases of modules, or of two modules side by side, and prints one\n"
      "JSON document on standard output.\n\nOptions",
      100);
  const auto number = [](const char* name) { return po::value<Number>()->value_name(name); };
  const auto text = [](const char* name) { return po::value<std::string>()->value_name(name); };
  const auto texts = [](const char* name) { return po::value<std::vector<std::string>>()->value_name(name); };
  po::options_description_easy_init add = all.add_options();
  add("describe", text("MODULE"), "print the module's cases and the device, measure nothing");
  add("module", texts("FILE"), "measure this module: prints ratchet.run/1; may be repeated, with cases of other ids");
  add("baseline", text("FILE"), "measure two modules in turn: prints ratchet.duet/1");
  add("candidate", text("FILE"), "the second of the two");
  add("identify", "of two modules: compare what each case launches, time nothing: prints ratchet.launches/1");
  add("case", texts("GLOB"), "only cases whose whole id matches (* and ?); may be repeated");
  add("cases-from", text("FILE"), "only these ids, one a line");
  add("together", "a blank line of that file ends a group: the cases of a group are timed in turn, round by round");
  add("warmup", number("N"), "warm-up rounds at least (20)");
  add("rounds", number("N"), "timed rounds (101)");
  add("seed", number("N"), "of the order of rounds (1)");
  add("inputs", number("N"), "draw other inputs of the same law; 0 are those that the cases name (0)");
  add("launch", number("K"), "number of this launch, for the telemetry (0)");
  add("timeout-s", text("S"), "longest time for one case (60)");
  add("lock-timeout-s", number("S"), "longest wait for the device (600)");
  add("threads", number("N"), "CPU threads (all that may be used)");
  add("handicap", texts("GLOB=PERCENT"), "slow the candidate's matching cases down, to test the gate; may be repeated");
  add("lock-clocks", number("MHZ"), "hold the GPU at this clock while measuring, and restore it after; needs root");
  add("unconfined", "let the modules write files, start processes and use the network, for profilers and debuggers");
  add("verbose", "one line for each finished case on standard error");
  add("help", "print this text");
  add("version", "print the version");
  return all;
}

Options read(const po::variables_map& given) {
  Options options;
  const auto text = [&](const char* name) { return given.count(name) ? given[name].as<std::string>() : std::string(); };
  const auto number = [&](const char* name, std::uint64_t otherwise, std::uint64_t least, std::uint64_t most) {
    const std::uint64_t value = given.count(name) ? given[name].as<Number>().value : otherwise;
    if (value < least || value > most)
      throw Error(std::string("--") + name + " must lie between " + std::to_string(least) + " and " +
                  std::to_string(most));
    return value;
  };
  constexpr std::uint64_t kAny = std::numeric_limits<std::uint64_t>::max();
  options.describe = given.count("describe") > 0;
  options.identify = given.count("identify") > 0;
  options.duet = given.count("baseline") > 0;
  options.together = given.count("together") > 0;
  if (options.duet) {
    options.modules = {text("baseline"), text("candidate")};
  } else {
    options.modules = options.describe ? std::vector{text("describe")} : given["module"].as<std::vector<std::string>>();
  }
  if (given.count("case")) options.globs = given["case"].as<std::vector<std::string>>();
  options.case_file = text("cases-from");
  options.warmup = number("warmup", options.warmup, 0, 100'000);
  options.rounds = number("rounds", options.rounds, 1, 100'000);
  options.seed = number("seed", options.seed, 0, kAny);
  options.inputs = number("inputs", options.inputs, 0, kAny);
  options.launch = number("launch", options.launch, 0, kAny);
  if (given.count("timeout-s")) options.timeout_s = positive(text("timeout-s"), "--timeout-s " + text("timeout-s"));
  options.lock_timeout_s = number("lock-timeout-s", options.lock_timeout_s, 0, 1'000'000);
  if (given.count("threads")) options.threads = static_cast<unsigned>(number("threads", 1, 1, 4096));
  if (given.count("handicap"))
    for (const std::string& one : given["handicap"].as<std::vector<std::string>>())
      options.handicaps.push_back(handicap(one));
  if (given.count("lock-clocks")) options.lock_clocks_mhz = static_cast<unsigned>(number("lock-clocks", 1, 1, 10'000));
  options.unconfined = given.count("unconfined") > 0;
  options.verbose = given.count("verbose") > 0;
  return options;
}

void require_one_use(const po::variables_map& given) {
  const bool duet = given.count("baseline") && given.count("candidate");
  const bool half = given.count("baseline") != given.count("candidate");
  const auto uses = given.count("describe") + (given.count("module") ? 1 : 0) + (duet ? 1 : 0);
  if (half || uses != 1)
    throw Error("give one of --describe MODULE, --module FILE, or --baseline FILE with --candidate FILE; see --help");
  if (given.count("identify") && (!duet || given.count("handicap")))
    throw Error("--identify compares two modules as they are: give --baseline and --candidate, and no --handicap");
  if (given.count("together") && (!given.count("module") || !given.count("cases-from")))
    throw Error("--together says how the cases of --cases-from are measured in a run: give that and --module");
}

}  // namespace

std::variant<Options, std::string> parse_options(int argc, const char* const* argv) {
  const po::options_description known = description();
  po::variables_map given;
  try {
    // No positional arguments and no abbreviations: a mistyped option must not select another.
    const int style = po::command_line_style::default_style & ~po::command_line_style::allow_guessing;
    po::store(po::command_line_parser(argc, argv).options(known).positional({}).style(style).run(), given);
  } catch (const po::error& error) {
    throw Error(std::string(error.what()) + "; see --help");
  }
  if (given.count("help")) {
    std::ostringstream help;
    help << known;
    return help.str();
  }
  if (given.count("version")) return std::string("ratchet-bench " RATCHET_VERSION "\n");
  require_one_use(given);
  return read(given);
}

}  // namespace ratchet::bench
