#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>

#include "ratchet/error.h"
#include "ratchet/glob.h"
#include "ratchet/tuning.h"
#include "src/cli/commands.h"
#include "src/cli/recording.h"
#include "src/cli/suite.h"
#include "src/documents/tuning_document.h"
#include "src/executor/interrupt.h"
#include "src/report/dispatch_table.h"
#include "src/report/progress.h"
#include "src/report/tuning_report.h"
#include "src/repository/git.h"

namespace ratchet::cli {
namespace {

// Those given, else the ones beside the programs: variants are no cases of a gate, so "modules" does not name them.
std::vector<std::filesystem::path> variant_files(const po::variables_map& values) {
  std::vector<std::filesystem::path> files;
  for (const std::string& file : texts_of(values, "module")) {
    if (!std::filesystem::is_regular_file(file)) throw Error("--module " + report::printable(file) + " is not a file");
    files.emplace_back(file);
  }
  if (!files.empty()) return files;
  for (const char* name : {"ratchet_variants.so", "ratchet_cpu_variants.so"}) {
    const std::filesystem::path file = built_in_modules() / name;
    if (std::filesystem::is_regular_file(file)) files.push_back(file);
  }
  if (files.empty())
    throw Error("no variants are built beside this program; build the target \"variants\", or name a module with --module");
  return files;
}

// One shape to be raced, and which module has which of its variants.
struct Entry {
  std::string shape;
  std::vector<std::string> variants;
  std::map<std::string, std::filesystem::path> file_of;
  std::string modules;
};

std::vector<Entry> entries_of(const Suite& suite, const VariantSpace& space, const std::vector<CaseFacts>& cases) {
  std::map<std::string, const SuiteModule*> module_of;
  for (const SuiteModule& module : suite.modules) {
    for (const CaseFacts& facts : module.cases) module_of[facts.id] = &module;
  }
  std::vector<Entry> entries;
  for (const VariantShape& shape : space.shapes) {
    Entry entry{shape.parameters, {}, {}, {}};
    std::vector<std::string> hashes;
    for (const std::size_t which : shape.cases) {
      const std::string& id = cases[which].id;
      const SuiteModule& module = *module_of.at(id);
      entry.variants.push_back(id);
      entry.file_of[id] = module.file;
      if (std::find(hashes.begin(), hashes.end(), module.hash) == hashes.end()) hashes.push_back(module.hash);
    }
    for (const std::string& hash : hashes) entry.modules += (entry.modules.empty() ? "" : ",") + hash;
    entries.push_back(std::move(entry));
  }
  return entries;
}

// A shape is raced whole or not at all: --case chooses shapes, by any of their variants.
void narrow(std::vector<Entry>& entries, const std::vector<std::string>& globs) {
  for (const std::string& glob : globs) {
    const bool matches_one = std::any_of(entries.begin(), entries.end(), [&](const Entry& entry) {
      return std::any_of(entry.variants.begin(), entry.variants.end(),
                         [&](const std::string& id) { return glob_matches(glob, id); });
    });
    if (!matches_one) throw Error("\"" + report::printable(glob) + "\" matches no variant of the family");
  }
  if (globs.empty()) return;
  std::erase_if(entries, [&](const Entry& entry) {
    return std::none_of(entry.variants.begin(), entry.variants.end(), [&](const std::string& id) {
      return std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) { return glob_matches(glob, id); });
    });
  });
}

// One group: whoever lives takes turns, whatever module has it.
executor::Sitting sitting_of(const Entry& entry, const Heat& heat) {
  executor::Sitting sitting{{}, {heat.cases}};
  for (const std::string& id : heat.cases) {
    const std::filesystem::path& file = entry.file_of.at(id);
    if (std::find(sitting.modules.begin(), sitting.modules.end(), file) == sitting.modules.end())
      sitting.modules.push_back(file);
  }
  return sitting;
}

class Tuner {
 public:
  Tuner(Context& context, const po::variables_map& values, const Suite& suite, const std::string& family)
      : context_(context), store_(context.store(db::Mode::ReadWrite)), environment_(suite.environment), family_(family) {
    settings_ = settings_from(context, values);
    settings_.fresh_inputs = true;
    again_ = is_set(values, "again");
    rules_given_ = values.count("launches") > 0;
    if (rules_given_) rules_.launches = values["launches"].as<std::size_t>();
    if (rules_.launches < kFewestLaunches || rules_.launches > kMostLaunches)
      throw Error("--launches takes a number from " + std::to_string(kFewestLaunches) + " to " +
                  std::to_string(kMostLaunches));
  }

  // From the database where this very race was finished before, else raced and stored.
  [[nodiscard]] TunedShape tune(const Entry& entry, const VariantSpace& space, const std::string& command) {
    if (auto known = again_ ? std::nullopt : recall(entry)) return std::move(*known);
    TunedShape shape{entry.shape, entry.modules, context_.now(), {rules_, entry.variants, {}, {}}, {}};
    race(entry, shape);
    if (shape.result.degraded) return shape;
    const documents::TuningDocument document{command, {family_, space.keys, {shape}}};
    store_.record(db::TuningRecord{key_of(entry), environment_, shape.made_at, documents::write(document)});
    return shape;
  }

 private:
  static constexpr std::size_t kFewestLaunches = 5;  // fewer prove nothing
  static constexpr std::size_t kMostLaunches = 1000;

  [[nodiscard]] db::TuningKey key_of(const Entry& entry) const {
    return {environment_.device.name, environment_.driver, environment_.clock_policy, entry.modules, family_, entry.shape};
  }

  [[nodiscard]] std::optional<TunedShape> recall(const Entry& entry) {
    const std::optional<std::string> text = store_.tuning(key_of(entry));
    if (!text) return std::nullopt;
    TunedShape shape = documents::read_tuning(*text, "the recorded tuning").tuning.shapes.front();
    const bool same_race = shape.race.variants == entry.variants &&
                           (!rules_given_ || shape.race.rules.launches == rules_.launches);
    if (!same_race) return std::nullopt;
    context_.log().info("{}: raced at {}, taken from the database; --again races anew", entry.shape, shape.made_at);
    return shape;
  }

  void race(const Entry& entry, TunedShape& shape) {
    context_.log().info("racing {} of {}", report::printable(entry.shape), family_);
    const Commit commit = repository::head(context_.root());
    report::Progress progress(context_.streams().err, context_.streams().err_is_terminal);
    std::optional<std::size_t> before;
    while (const auto heat = next_heat(shape.race)) {
      if (before == heat->number)
        throw Error("a launch of " + family_ + " " + entry.shape + " gave no times for a variant, and no reason");
      before = heat->number;
      const std::size_t out = entry.variants.size() - heat->cases.size();
      progress.launch(heat->number + 1, rules_.launches + rules_.final_launches, out, entry.variants.size());
      executor::measure_run_launch(context_.bench(), sitting_of(entry, *heat), heat->number, settings_,
                                   heat->final ? shape.race.final : shape.race.heats);
    }
    sign(context_, shape.race.heats, commit, shape.made_at);
    sign(context_, shape.race.final, commit, shape.made_at);
    shape.result = judge_race(shape.race);
  }

  Context& context_;
  db::Store& store_;
  Environment environment_;
  std::string family_;
  executor::Settings settings_;
  RaceRules rules_;
  bool again_ = false;
  bool rules_given_ = false;
};

// How it is measured again, as a shell would read it.
std::string command_line(const po::variables_map& values) {
  std::string line = "ratchet tune " + text_of(values, "family");
  for (const std::string& glob : texts_of(values, "case")) line += " --case '" + glob + "'";
  if (values.count("launches") > 0) line += " --launches " + std::to_string(values["launches"].as<std::size_t>());
  if (values.count("lock-clocks") > 0) line += " --lock-clocks " + std::to_string(values["lock-clocks"].as<unsigned>());
  if (const std::string kind = text_of(values, "device"); kind != "auto") line += " --device " + kind;
  for (const std::string& file : texts_of(values, "module")) line += " --module '" + file + "'";
  return line;
}

documents::TuningDocument measure(Context& context, const po::variables_map& values) {
  const std::string family = text_of(values, "family");
  if (family.empty()) throw Error("name the family to tune: OP/IMPLEMENTATION, or a file with --from");
  const Suite suite = load_modules(context, values, variant_files(values), {family + "/*"});
  std::vector<CaseFacts> cases;
  for (const SuiteModule& module : suite.modules) cases.insert(cases.end(), module.cases.begin(), module.cases.end());
  const VariantSpace space = variant_space(family, cases);
  std::vector<Entry> entries = entries_of(suite, space, cases);
  narrow(entries, texts_of(values, "case"));
  documents::TuningDocument document{command_line(values), {family, space.keys, {}}};
  Tuner tuner(context, values, suite, family);
  for (const Entry& entry : entries) {
    try {
      document.tuning.shapes.push_back(tuner.tune(entry, space, document.command));
    } catch (const executor::Interrupted& interrupted) {
      const std::size_t done = document.tuning.shapes.size();
      throw executor::Interrupted(
          interrupted.signal(),
          fmt::format("{} of {} shapes are raced and stored; the same command{} goes on with {}", done, entries.size(),
                      is_set(values, "again") ? " without --again" : "", report::printable(entry.shape)));
    }
    // A hot device stays hot: what is stored is kept, and the next call goes on with this shape.
    if (document.tuning.shapes.back().result.degraded) break;
  }
  return document;
}

documents::TuningDocument document_of(Context& context, const po::variables_map& values) {
  const std::string file = text_of(values, "from");
  if (file.empty()) return measure(context, values);
  if (!text_of(values, "family").empty() || !texts_of(values, "case").empty() || is_set(values, "again") ||
      values.count("launches") + values.count("module") > 0)
    throw Error("--from shows what was measured before; it takes no family, no --case and nothing about measuring");
  return documents::read_tuning(documents::read_file(file), file);
}

void write_dispatch(const documents::TuningDocument& document, const std::string& along, const std::string& file) {
  const std::string existing = std::filesystem::exists(file) ? documents::read_file(file) : "";
  try {
    documents::replace_file(file, report::dispatch_table(document.tuning, along, document.command, existing));
  } catch (const Error& error) {
    throw Error(report::printable(file) + ": " + error.what());
  }
}

template <class Is>
bool any_shape(const Tuning& tuning, const Is& is) {
  return std::any_of(tuning.shapes.begin(), tuning.shapes.end(), is);
}

bool lacks_choice(const Tuning& tuning) {
  return any_shape(tuning, [](const TunedShape& shape) { return !shape.result.taken; });
}

int exit_code(const Tuning& tuning) {
  const bool failed = any_shape(tuning, [](const TunedShape& shape) {
    return std::any_of(shape.result.contenders.begin(), shape.result.contenders.end(),
                       [](const Contender& one) { return one.fate == Fate::Failed; });
  });
  return failed ? 2 : lacks_choice(tuning) ? 3 : 0;
}

}  // namespace

void declare_tune(po::options_description& options) {
  options.add_options()("launches", po::value<std::size_t>()->value_name("N"),
                        "processes of a race before its final, at most (20)")(
      "module", po::value<std::vector<std::string>>()->value_name("FILE"),
      "a module with the variants (repeatable); the built-in ones otherwise")(
      "again", po::bool_switch(), "race anew what the database holds")(
      "landscape", po::bool_switch(), "latency against a size, by the best variant of each, and its knee")(
      "along", po::value<std::string>()->value_name("KEY")->default_value("S"),
      "the size's parameter, for --landscape, --markdown and --dispatch")(
      "dispatch", po::value<std::string>()->value_name("FILE"),
      "write the table from which a build takes its variants; rows of other devices are kept")(
      "from", po::value<std::string>()->value_name("FILE"), "show a ratchet.tuning/1 document again, and measure nothing")(
      "markdown", po::bool_switch(), "a report that stands alone, on stdout");
  declare_suite(options);
}

// A failed variant is a broken kernel (2); a shape without a choice is no verdict (3), and no table is made from it: it
// would say of that shape what was measured of its neighbours.
int tune(Context& context, const po::variables_map& values) {
  const bool markdown = is_set(values, "markdown");
  if (markdown && context.json()) throw Error("give one of --json and --markdown");
  const documents::TuningDocument document = document_of(context, values);
  const Tuning& tuning = document.tuning;
  const std::string along = text_of(values, "along");
  const bool landscape = is_set(values, "landscape");
  const bool has_size = any_shape(tuning, [&](const TunedShape& shape) { return !value_in(shape.shape, along).empty(); });
  if (const std::string file = text_of(values, "dispatch"); !file.empty()) {
    if (lacks_choice(tuning)) {
      context.log().warn("a shape has no choice, so {} is left as it is", report::printable(file));
    } else {
      write_dispatch(document, along, file);
    }
  }
  if (context.json()) {
    context.out() << documents::write(document);
  } else if (markdown) {
    const bool with_landscape = landscape || has_size;
    context.out() << report::tuning_markdown(tuning, with_landscape ? std::optional(along) : std::nullopt,
                                             document.command);
  } else {
    context.out() << report::tuning_text(tuning, context.paint());
    if (landscape) context.out() << report::landscape_text(tuning, along, context.paint());
  }
  return exit_code(tuning);
}

}  // namespace ratchet::cli
