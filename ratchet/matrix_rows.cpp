#include "ratchet/matrix_rows.h"

#include <algorithm>
#include <numeric>

namespace ratchet {
namespace {

bool holds(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

bool holds_all(const std::vector<std::string>& all, const std::vector<std::string>& some) {
  return std::all_of(some.begin(), some.end(), [&](const std::string& one) { return holds(all, one); });
}

bool same_work(const CaseFacts& a, const CaseFacts& b) {
  return a.bytes == b.bytes && a.flops == b.flops && a.l2 == b.l2 && a.timed_by == b.timed_by;
}

bool belongs(const CaseFacts& facts, const CaseName& name, const CaseRow& row) {
  if (name.family != row.family || !same_work(facts, *row.like)) return false;
  const bool work_is_known = facts.bytes > 0 || facts.flops > 0;
  const bool same_size = name.parameters.size() == row.parameters.size();
  return (same_size || work_is_known) && holds_all(name.parameters, row.parameters);
}

}  // namespace

CaseName parse_case_name(const std::string& id) {
  const std::size_t first = id.find('/');
  const std::size_t second = first == std::string::npos ? first : id.find('/', first + 1);
  if (second == std::string::npos) return {id, id, {}};
  CaseName name{id.substr(0, first), id.substr(first + 1, second - first - 1), {}};
  for (std::size_t start = second + 1; start < id.size();) {
    const std::size_t end = std::min(id.find(',', start), id.size());
    name.parameters.push_back(id.substr(start, end - start));
    start = end + 1;
  }
  return name;
}

std::vector<CaseRow> rows_of(std::span<const CaseFacts* const> cases) {
  std::vector<CaseName> names;
  for (const CaseFacts* one : cases) names.push_back(parse_case_name(one->id));
  std::vector<std::size_t> order(cases.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  // Those without parameters of their own come first and make the rows.
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return names[a].parameters.size() < names[b].parameters.size();
  });
  std::vector<CaseRow> rows;
  for (const std::size_t i : order) {
    const auto row =
        std::find_if(rows.rbegin(), rows.rend(), [&](const CaseRow& one) { return belongs(*cases[i], names[i], one); });
    if (row != rows.rend()) {
      row->cases.push_back(i);
    } else {
      rows.push_back({names[i].family, names[i].parameters, cases[i], {i}});
    }
  }
  for (CaseRow& row : rows) std::sort(row.cases.begin(), row.cases.end());
  std::sort(rows.begin(), rows.end(), [](const CaseRow& a, const CaseRow& b) { return a.cases[0] < b.cases[0]; });
  return rows;
}

std::string column_of(const CaseName& name, const CaseRow& row) {
  std::string text = name.implementation;
  for (const std::string& parameter : name.parameters) {
    if (!holds(row.parameters, parameter)) text += ' ' + parameter;
  }
  return text;
}

std::vector<std::string> turned(std::vector<std::string> ids, std::size_t number) {
  if (ids.empty()) return ids;
  if (number % 2 == 1) std::reverse(ids.begin(), ids.end());
  std::rotate(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(number / 2 % ids.size()), ids.end());
  return ids;
}

}  // namespace ratchet
