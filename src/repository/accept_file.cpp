#include "src/repository/accept_file.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <sstream>

#include "ratchet/error.h"
#include "ratchet/glob.h"
#include "src/documents/documents.h"
#include "src/documents/node.h"

namespace ratchet::repository {
namespace {

using documents::Json;
using documents::Node;

constexpr std::string_view kFormat = "ratchet.accept/1";

bool is_date(const std::string& date) {
  std::string shape = date;
  std::replace_if(
      shape.begin(), shape.end(), [](char c) { return c >= '0' && c <= '9'; }, 'd');
  if (shape != "dddd-dd-dd") return false;
  const auto part = [&date](std::size_t at, std::size_t length) { return std::atoi(date.substr(at, length).c_str()); };
  return std::chrono::year_month_day(std::chrono::year(part(0, 4)),
                                     std::chrono::month(static_cast<unsigned>(part(5, 2))),
                                     std::chrono::day(static_cast<unsigned>(part(8, 2))))
      .ok();
}

// "*", "**", "*/*" or "*/*/*=*" would silence the whole gate: at least one part between slashes must be spelled out.
bool is_too_broad(const std::string& pattern) {
  if (pattern.find('/') == std::string::npos) return true;
  std::istringstream parts(pattern);
  for (std::string part; std::getline(parts, part, '/');)
    if (!part.empty() && part.find_first_of("*?[") == std::string::npos) return false;
  return true;
}

bool is_blank(const std::string& text) { return text.find_first_not_of(" \t\r\n") == std::string::npos; }

std::string optional_text(const Node& object, const char* key) {
  const auto node = object.find(key);
  return node ? node->text() : "";
}

Acceptance read_acceptance(const Node& node) {
  Acceptance acceptance;
  acceptance.case_pattern = node.at("case").text();
  acceptance.reason = node.at("reason").text();
  acceptance.until = optional_text(node, "until");
  acceptance.commit = optional_text(node, "commit");
  acceptance.author = optional_text(node, "author");
  if (is_too_broad(acceptance.case_pattern))
    node.at("case").refuse("\"" + acceptance.case_pattern.substr(0, 80) +
                           "\" would accept too much; name a case such as op/implementation/n=1, or op/*");
  if (is_blank(acceptance.reason)) node.at("reason").refuse("the reason is empty; say why the slowdown is worth it");
  if (node.find("until") && !is_date(acceptance.until))
    node.at("until").refuse("expected a date YYYY-MM-DD, found \"" + acceptance.until.substr(0, 80) + "\"");
  if (const auto most = node.find("max_change_percent")) {
    acceptance.max_change_percent = most->number();
    if (*acceptance.max_change_percent <= 0) most->refuse("expected a number above 0");
  }
  return acceptance;
}

Json parse_list(std::string_view text, std::string_view name) {
  Json document = documents::parse(text, name);
  const Node node(document, name);
  const Node format = node.at("format");
  if (format.text() != kFormat)
    format.refuse("expected \"" + std::string(kFormat) + "\", found \"" + format.text().substr(0, 80) + "\"");
  const Node accepted = node.at("accepted");
  for (std::size_t i = 0; i < accepted.size(); ++i) (void)read_acceptance(accepted.item(i));
  return document;
}

Json json_of(const Acceptance& acceptance) {
  Json json = {{"case", acceptance.case_pattern}, {"reason", acceptance.reason}};
  if (!acceptance.until.empty()) json["until"] = acceptance.until;
  if (!acceptance.commit.empty()) json["commit"] = acceptance.commit;
  if (!acceptance.author.empty()) json["author"] = acceptance.author;
  if (acceptance.max_change_percent) json["max_change_percent"] = *acceptance.max_change_percent;
  return json;
}

}  // namespace

std::vector<Acceptance> parse_accept_file(std::string_view text, std::string_view name) {
  const Json document = parse_list(text, name);
  const Node accepted = Node(document, name).at("accepted");
  std::vector<Acceptance> list;
  for (std::size_t i = 0; i < accepted.size(); ++i) list.push_back(read_acceptance(accepted.item(i)));
  return list;
}

std::vector<Acceptance> read_accept_file(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return {};
  return parse_accept_file(documents::read_file(file), file.string());
}

void append_acceptance(const std::filesystem::path& file, const Acceptance& acceptance) {
  const Json entry = json_of(acceptance);
  (void)read_acceptance(Node(entry, "the acceptance"));
  Json document = {{"format", kFormat}, {"accepted", Json::array()}};
  if (std::filesystem::exists(file)) document = parse_list(documents::read_file(file), file.string());
  document["accepted"].push_back(entry);
  documents::replace_file(file, document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

std::vector<Acceptance> unspent(std::vector<Acceptance> candidate, const std::vector<Acceptance>& baseline) {
  std::erase_if(candidate, [&](const Acceptance& acceptance) {
    return std::find(baseline.begin(), baseline.end(), acceptance) != baseline.end();
  });
  return candidate;
}

AcceptMatch match(const std::vector<Acceptance>& accepted, const std::string& case_id, const std::string& today) {
  if (!is_date(today)) throw Error("today is no date YYYY-MM-DD: \"" + today + "\"");
  AcceptMatch found;
  for (const Acceptance& acceptance : accepted) {
    if (!glob_matches(acceptance.case_pattern, case_id)) continue;
    const bool in_force = acceptance.until.empty() || today <= acceptance.until;  // ISO dates sort as text
    if (!in_force && found.status == AcceptStatus::Accepted) continue;
    found = {in_force ? AcceptStatus::Accepted : AcceptStatus::Expired, acceptance};
  }
  return found;
}

}  // namespace ratchet::repository
