#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <sstream>

#include "ratchet/error.h"
#include "src/importers/csv_text.h"
#include "src/importers/formats.h"

namespace ratchet::importers {
namespace {

bool fits(std::string_view text) {
  const bool begins = text.starts_with("Benchmark") || text.find("\nBenchmark") != std::string_view::npos;
  return begins && text.find("ns/op") != std::string_view::npos;
}

std::vector<std::string> words_of(std::string_view line) {
  std::istringstream stream{std::string(line)};
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

std::optional<double> number(const std::string& text) {
  double value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

class Reader {
 public:
  explicit Reader(const std::string& file) : file_(file) {}

  void read(std::string_view line, std::size_t number_of_line) {
    line_ = number_of_line;
    if (line.starts_with("pkg: ")) package_ = std::string(line.substr(5)) + ".";
    if (line.starts_with("cpu: ")) cpu_ = line.substr(5);
    if (line.starts_with("Benchmark")) read_result(words_of(line));
    const std::vector<std::string> words = words_of(line);
    if (words.size() >= 3 && words[0] == "---" && words[2].starts_with("Benchmark")) {
      if (words[1] == "FAIL:") of(words[2]).failures.push_back({"module_error", "", "go test says FAIL"});
      if (words[1] == "SKIP:") of(words[2]).failures.push_back({kUnavailable, "", "skipped"});
    }
    if (line == "FAIL" || line.starts_with("FAIL\t") || line.starts_with("panic: ")) failed_ = true;
  }

  Reading take() {
    const bool told = std::any_of(run_.measurements.begin(), run_.measurements.end(), [](const Measurement& m) {
      return !m.failures.empty() && !is_unavailable(m.failures);
    });
    if (failed_ && !told) throw Error(file_ + ": go test failed, and no benchmark is named that did; mend it first");
    run_.tool = "go test -bench";
    if (!cpu_.empty()) {
      run_.environment.emplace();
      run_.environment->device.kind = "cpu";
      run_.environment->device.name = cpu_;
      run_.environment->cpu = cpu_;
    }
    return {{run_}, {"each time is the mean of its calls, and the repetitions (-count) are those of one process"}};
  }

 private:
  // "BenchmarkSum-8  1000  1043 ns/op  0 B/op": name, calls, then values with their units. -v also prints bare names.
  void read_result(const std::vector<std::string>& words) {
    if (words.size() == 1) return;
    if (words.size() % 2 != 0 || !number(words[1]))
      refuse_line(file_, line_, "not a result of go test: " + words[0].substr(0, 80));
    for (std::size_t i = 2; i < words.size(); i += 2) {
      if (words[i + 1] != "ns/op") continue;
      const auto time_ns = number(words[i]);
      if (!time_ns) refuse_line(file_, line_, "expected a time before ns/op");
      auto& launches = of(words[0]).launches;
      if (launches.empty()) launches.emplace_back();
      launches.front().push_back(*time_ns);
      return;
    }
    refuse_line(file_, line_, words[0].substr(0, 80) + " has no ns/op; only times are imported");
  }

  Measurement& of(const std::string& benchmark) {
    const std::string id = package_ + benchmark;
    const auto [at, is_new] = index_.try_emplace(id, run_.measurements.size());
    if (is_new) run_.measurements.emplace_back().facts.id = id;
    return run_.measurements[at->second];
  }

  const std::string& file_;
  std::size_t line_ = 0;
  std::string package_;
  std::string cpu_;
  bool failed_ = false;
  Run run_;
  std::map<std::string, std::size_t> index_;
};

Reading read_text(const Source& source) {
  Reader reader(source.name);
  std::string_view text = source.text;
  for (std::size_t number_of_line = 1; !text.empty(); ++number_of_line) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    reader.read(line, number_of_line);
  }
  return reader.take();
}

}  // namespace

Adapter go_text() { return {"go", "go test -bench . -count 20", fits, read_text}; }

}  // namespace ratchet::importers
