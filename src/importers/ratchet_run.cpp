#include "src/documents/documents.h"
#include "src/importers/formats.h"

namespace ratchet::importers {
namespace {

bool fits(std::string_view text) {
  return text.find("\"format\"") != std::string_view::npos && text.find("\"ratchet.run/") != std::string_view::npos &&
         text.find("\"measurements\"") != std::string_view::npos;
}

Reading read_text(const Source& source) { return {{documents::read_run(source.text, source.name)}, {}}; }

}  // namespace

Adapter ratchet_run() { return {"ratchet.run", "a ratchet.run/1 document (ratchet run --json)", fits, read_text}; }

}  // namespace ratchet::importers
