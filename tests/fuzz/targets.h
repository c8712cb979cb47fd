// The parsers of text that others wrote, each as a function that may refuse it with ratchet::Error and nothing else.
// The fuzzer feeds them; the test replays the corpus.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ratchet::fuzz {

struct Target {
  std::string name;  // of its folder in corpus/
  // Whether it was accepted. Anything thrown, and an accepted reading that our own documents refuse, is a finding.
  bool (*accepts)(std::string_view text);
};

[[nodiscard]] const std::vector<Target>& targets();

}  // namespace ratchet::fuzz
