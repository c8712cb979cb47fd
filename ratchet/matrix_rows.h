// Which cases compute the same function: the first question of a comparison table. Ids are for people, so equal words
// are not enough: the work per call and the state of the cache must agree too.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "ratchet/run.h"

namespace ratchet {

// "attention/tiled/B=1,S=2": family, implementation and parameters. An id of another form is a family of its own.
struct CaseName {
  std::string family;
  std::string implementation;
  std::vector<std::string> parameters;  // "B=1", in the id's order
};
[[nodiscard]] CaseName parse_case_name(const std::string& id);

struct CaseRow {
  std::string family;
  std::vector<std::string> parameters;
  const CaseFacts* like = nullptr;  // bytes, flops and cache of all its cases
  std::vector<std::size_t> cases;   // indices, in the given order
};

// Cases of one row have one family, bytes, flops, state of the cache and clock (the device's or the host's), and the
// row's parameters. What parameters a case has beyond those are its implementation's own (shares=4), which is believed
// only where the work is known to be equal. Rows come in the order of their first case; `cases` must outlive them.
[[nodiscard]] std::vector<CaseRow> rows_of(std::span<const CaseFacts* const> cases);

// The implementation with its own parameters, as a column is named.
[[nodiscard]] std::string column_of(const CaseName& name, const CaseRow& row);

// What launch `number` measures, in its order: each goes first in turn, and every second launch runs in reverse.
[[nodiscard]] std::vector<std::string> turned(std::vector<std::string> ids, std::size_t number);

}  // namespace ratchet
