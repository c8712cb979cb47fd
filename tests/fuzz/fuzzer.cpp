// What libFuzzer calls: RATCHET_FUZZ names the parser.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "targets.h"

namespace {

const ratchet::fuzz::Target& chosen() {
  const char* name = std::getenv("RATCHET_FUZZ");
  for (const ratchet::fuzz::Target& target : ratchet::fuzz::targets())
    if (name != nullptr && target.name == name) return target;
  std::fputs("RATCHET_FUZZ names no parser; scripts/fuzz.sh does\n", stderr);
  std::exit(2);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const ratchet::fuzz::Target& target = chosen();
  (void)target.accepts({reinterpret_cast<const char*>(data), size});
  return 0;
}
