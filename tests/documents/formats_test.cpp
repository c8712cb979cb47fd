#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "refusal.h"
#include "src/documents/documents.h"
#include "src/documents/expected_document.h"
#include "src/documents/matrix_document.h"
#include "src/documents/tuning_document.h"
#include "src/documents/verdict_document.h"

using namespace ratchet;

TEST_CASE("formats: every example in formats.md is accepted") {
  const std::string page = documents::read_file(RATCHET_FORMATS);
  std::vector<std::string> formats;
  const std::string open = "```json\n";
  for (std::size_t at = page.find(open); at != std::string::npos; at = page.find(open, at)) {
    at += open.size();
    const std::string example = page.substr(at, page.find("```", at) - at);
    const std::string format = documents::format_of(example, "formats.md");
    formats.push_back(format);
    const std::string message = refusal([&] {
      if (format == "ratchet.run/1") (void)documents::read_run(example, "formats.md");
      if (format == "ratchet.duet/1") (void)documents::read_duet(example, "formats.md");
      if (format == "ratchet.module/1") (void)documents::read_module(example, "formats.md");
      if (format == "ratchet.launches/1") (void)documents::read_call_comparisons(example, "formats.md");
      if (format == "ratchet.matrix/1") (void)documents::read_matrix(example, "formats.md");
      if (format == "ratchet.tuning/1") (void)documents::read_tuning(example, "formats.md");
      if (format == "ratchet.expected/1") (void)documents::read_expected(example, "formats.md");
      if (format == "ratchet.verdict/1") (void)documents::read_verdict(example, "formats.md");
    });
    CHECK(message == "(nothing was refused)");
  }
  CHECK(formats == std::vector<std::string>{"ratchet.run/1", "ratchet.run/1", "ratchet.duet/1", "ratchet.module/1",
                                            "ratchet.launches/1", "ratchet.verdict/1", "ratchet.matrix/1",
                                            "ratchet.tuning/1", "ratchet.expected/1", "ratchet.bundle/1",
                                            "ratchet.history/1"});
}
