// The parsers whose input is no document: command lines, what the measured process sends, folders, blobs and columns of
// another's database, a compressed file. Each takes a text and brings it into that shape.
#pragma once

#include <string_view>

#include "ratchet/error.h"

namespace ratchet::fuzz {

template <class Parser>
bool accepted(const Parser& parser) {
  try {
    parser();
    return true;
  } catch (const Error&) {
    return false;
  }
}

// All: whether the input was accepted; anything thrown but Error is a finding.
bool is_command_line(std::string_view text);        // an argument a line
bool is_bench_command_line(std::string_view text);  // of ratchet-bench
bool is_conversation(std::string_view text);        // the bytes of the channel, and the documents in its frames
bool is_bundle(std::string_view text);    // a manifest; @bytes and @sha256 are those of the one file beside it
bool is_artefact(std::string_view text);  // the description inside of a command suite's
bool is_event(std::string_view text);
bool is_gzip(std::string_view text);
bool is_samples(std::string_view text);  // a blob; its checksum is made right
bool is_columns(std::string_view text);  // each of the columns that hold JSON

}  // namespace ratchet::fuzz
