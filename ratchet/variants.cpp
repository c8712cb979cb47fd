#include "ratchet/variants.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "ratchet/error.h"
#include "ratchet/matrix_rows.h"

namespace ratchet {
namespace {

std::string_view key_of(std::string_view parameter) { return parameter.substr(0, parameter.find('=')); }

std::vector<std::string> split(std::string_view parameters) {
  std::vector<std::string> all;
  for (std::size_t start = 0; start < parameters.size();) {
    const std::size_t end = std::min(parameters.find(',', start), parameters.size());
    all.emplace_back(parameters.substr(start, end - start));
    start = end + 1;
  }
  return all;
}

template <class Keep>
std::string join(const std::vector<std::string>& parameters, const Keep& keep) {
  std::string text;
  for (const std::string& one : parameters) {
    if (keep(one)) text += (text.empty() ? "" : ",") + one;
  }
  return text;
}

bool holds(const std::vector<std::string>& all, std::string_view one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

// One function in one state of the cache, timed by one clock.
using Function = std::tuple<std::string, std::string, std::string>;

std::vector<std::vector<std::size_t>> by_function(const std::string& family, std::span<const CaseFacts> cases) {
  std::vector<std::vector<std::size_t>> groups;
  std::map<Function, std::size_t> known;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const CaseFacts& one = cases[i];
    if (!one.id.starts_with(family + "/")) continue;
    if (one.definition.empty()) throw Error("case " + one.id + " does not say what it computes, so it has no variants");
    const auto [at, is_new] = known.try_emplace({one.definition, one.l2, one.timed_by}, groups.size());
    if (is_new) groups.emplace_back();
    groups[at->second].push_back(i);
  }
  return groups;
}

// Every parameter that some case of the group does not share with the first, or the first with some case.
void add_differing(std::vector<std::string>& keys, std::span<const CaseFacts> cases,
                   const std::vector<std::size_t>& group) {
  const std::vector<std::string> first = parse_case_name(cases[group.front()].id).parameters;
  for (const std::size_t i : group) {
    const std::vector<std::string> other = parse_case_name(cases[i].id).parameters;
    for (const auto& [from, to] : {std::pair(&first, &other), std::pair(&other, &first)}) {
      for (const std::string& one : *from) {
        if (!holds(*to, one) && !holds(keys, key_of(one))) keys.emplace_back(key_of(one));
      }
    }
  }
}

}  // namespace

VariantSpace variant_space(const std::string& family, std::span<const CaseFacts> cases) {
  VariantSpace space{family, {}, {}};
  const auto groups = by_function(family, cases);
  if (groups.empty()) throw Error("no case of \"" + family + "\" is here; a family is OP/IMPLEMENTATION");
  for (const auto& group : groups) add_differing(space.keys, cases, group);
  if (space.keys.empty())
    throw Error("\"" + family + "\" has one case for each function it computes: there is nothing to choose from");
  for (const auto& group : groups) space.shapes.push_back({shape_of(cases[group.front()].id, space.keys), group});
  return space;
}

std::string variant_of(const std::string& id, const std::vector<std::string>& keys) {
  return join(parse_case_name(id).parameters, [&](const std::string& one) { return holds(keys, key_of(one)); });
}

std::string shape_of(const std::string& id, const std::vector<std::string>& keys) {
  return join(parse_case_name(id).parameters, [&](const std::string& one) { return !holds(keys, key_of(one)); });
}

std::string value_in(std::string_view parameters, std::string_view key) {
  for (const std::string& one : split(parameters)) {
    if (key_of(one) == key && one.size() > key.size()) return one.substr(key.size() + 1);
  }
  return "";
}

std::string without(std::string_view parameters, std::string_view key) {
  return join(split(parameters), [&](const std::string& one) { return key_of(one) != key; });
}

}  // namespace ratchet
