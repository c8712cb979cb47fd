// In the place of ratchet-bench: holds the clock of a fake GPU as the real one does, and never answers. What is left of
// the clock when the job is cancelled is then in the fake driver's log.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "src/bench/clock_lock.h"
#include "tests/bench/fake_nvml.h"

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const auto asked = [&](const char* word) { return std::find(words.begin(), words.end(), word) != words.end(); };
  if (asked("--describe")) {
    std::cout << R"({"format":"ratchet.module/1","name":"m","device":"cuda","environment":{"device":{"kind":"cuda",)"
              << R"("name":"Fake GPU","uuid":"GPU-fake","compute_capability":"8.9"},"clock_policy":"default"},)"
              << R"("cases":[{"case":"copy/x/n=1","l2":"warm","definition":"d"}]})";
    return 0;
  }
  const auto option = std::find(words.begin(), words.end(), "--lock-clocks");
  if (option == words.end()) return 1;
  if (std::getenv("RATCHET_DEAF") != nullptr) {
    for (const int signal : {SIGTERM, SIGINT}) ::signal(signal, SIG_IGN);
  }
  const ratchet::bench::ClockLock lock(ratchet::bench::testing::kFakeUuid,
                                       static_cast<unsigned>(std::stoul(*std::next(option))), RATCHET_FAKE_NVML);
  std::ofstream(std::getenv("RATCHET_HOLDS")) << "held\n";
  for (;;) pause();
}
