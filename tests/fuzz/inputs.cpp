#include "inputs.h"

#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/crc.hpp>
#include <cstdlib>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "db/json_text.h"
#include "db/samples.h"
#include "db/sha256.h"
#include "src/bench/answer.h"
#include "src/bench/channel.h"
#include "src/bench/options.h"
#include "src/cli/command_line.h"
#include "src/documents/documents.h"
#include "src/documents/verdict_document.h"
#include "src/executor/artefact.h"
#include "src/github/bundle.h"
#include "src/github/event.h"

namespace ratchet::fuzz {
namespace {

// As a kernel hands them over: no zero byte is in an argument.
std::vector<std::string> arguments_of(std::string_view text) {
  std::vector<std::string> arguments(1);
  for (const char c : text) {
    if (c == '\n' || c == '\0')
      arguments.emplace_back();
    else
      arguments.back() += c;
  }
  return arguments;
}

// A file that is only in memory, for readers that take a path.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view text) : descriptor_(::memfd_create("fuzz", 0)) {
    if (::write(descriptor_, text.data(), text.size()) != static_cast<ssize_t>(text.size())) std::abort();
  }
  ~MemoryFile() { ::close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

std::string replaced(std::string text, std::string_view what, const std::string& by) {
  const std::size_t at = text.find(what);
  return at == text.npos ? text : text.replace(at, what.size(), by);
}

}  // namespace

bool is_command_line(std::string_view text) {
  return accepted([&] { (void)cli::parse(arguments_of(text)); });
}

bool is_bench_command_line(std::string_view text) {
  std::vector<const char*> argv{"ratchet-bench"};
  const std::vector<std::string> arguments = arguments_of(text);
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  return accepted([&] { (void)bench::parse_options(static_cast<int>(argv.size()), argv.data()); });
}

bool is_conversation(std::string_view text) {
  auto [here, there] = bench::Channel::pair();
  const ssize_t sent = ::send(there.descriptor(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent != static_cast<ssize_t>(text.size())) return false;
  ::shutdown(there.descriptor(), SHUT_WR);
  bool any = false;
  while (here.read()) {
    while (const std::optional<bench::Frame> frame = here.take()) {
      if (std::string_view("smdrcplf").find(static_cast<char>(frame->message)) == std::string_view::npos) std::abort();
      any |= bench::entrants_of(frame->text, 2) || accepted([&] { (void)bench::module_of(frame->text); }) ||
             accepted([&] { (void)bench::answer_of(frame->text, true, {"a/b/n=1"}); }) ||
             accepted([&] { (void)bench::answer_of(frame->text, false, {"a/b/n=1"}); }) ||
             accepted([&] { (void)bench::comparison_of(frame->text, "a/b/n=1"); });
    }
  }
  return any;
}

bool is_bundle(std::string_view text) {
  static const executor::Scratch folder("fuzz");
  const std::string verdict = documents::write(CheckVerdict{});
  const std::string bytes = replaced(std::string(text), "@bytes", std::to_string(verdict.size()));
  std::ofstream(folder.path() / github::kManifest) << replaced(bytes, "@sha256", db::sha256_of(verdict));
  std::ofstream(folder.path() / "verdict.json") << verdict;
  return accepted([&] { (void)github::read_bundle(folder.path()); });
}

bool is_artefact(std::string_view text) {
  return accepted([&] { (void)executor::suite_of(text, "file"); });
}

bool is_event(std::string_view text) {
  const MemoryFile file(text);
  github::Job job;
  job.event_name = "pull_request";
  job.repository = "owner/name";
  job.sha = std::string(40, 'a');
  job.event_file = file.path();
  return accepted([&] { (void)github::read_event(job); });
}

bool is_gzip(std::string_view text) {
  const MemoryFile file(text);
  return accepted([&] { (void)documents::read_file(file.path(), std::size_t{1} << 20); });
}

bool is_samples(std::string_view text) {
  constexpr std::size_t kHeaderBytes = 5;
  if (text.size() < kHeaderBytes) return accepted([&] { (void)db::decode(std::as_bytes(std::span(text))); });
  std::string blob(text);
  boost::crc_32_type crc;
  crc.process_bytes(blob.data(), 1);
  crc.process_bytes(blob.data() + kHeaderBytes, blob.size() - kHeaderBytes);
  for (std::size_t i = 1; i < kHeaderBytes; ++i) blob[i] = static_cast<char>(crc.checksum() >> (8 * (i - 1)));
  return accepted([&] { (void)db::decode_duet("blob", std::as_bytes(std::span(blob))); });
}

bool is_columns(std::string_view given) {
  const std::string text(given);
  Duet duet;
  DuetCase clocks;
  clocks.launches.resize(2);
  const bool all[] = {accepted([&] { (void)db::telemetry_from(text); }), accepted([&] { (void)db::warnings_from(text); }),
                      accepted([&] { (void)db::failures_from(text); }), accepted([&] { db::read_sides(text, duet); }),
                      accepted([&] { (void)db::facts_from(text); }), accepted([&] { db::read_clocks(text, clocks); })};
  for (const bool one : all)
    if (one) return true;
  return false;
}

}  // namespace ratchet::fuzz
