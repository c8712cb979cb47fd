#include "ratchet/error.h"
#include "src/documents/parts.h"
#include "src/documents/verdict_document.h"

namespace ratchet::documents {
namespace {

Interval read_interval(const Node& pair) {
  if (pair.size() != 2) pair.refuse("expected a list of two numbers");
  return {pair.item(0).number(), pair.item(1).number()};
}

std::optional<double> read_optional(const Node& object, const char* key) {
  const auto node = object.find(key);
  return node ? std::optional(node->number()) : std::nullopt;
}

std::optional<SideSummary> read_side(const Node& object, const char* key) {
  const auto node = object.find(key);
  if (!node) return std::nullopt;
  SideSummary side;
  side.commit = read_text(*node, "commit");
  side.median_ns = node->at("median_ns").number();
  side.ci_ns = read_interval(node->at("ci_ns"));
  side.launches = node->at("launches").count();
  side.samples = node->at("samples").count();
  side.bandwidth_gb_per_s = read_optional(*node, "bandwidth_gb_per_s").value_or(0);
  return side;
}

// A word that a to_string of verdict.h made; anything else is refused where it stands.
template <class Value>
Value read_word(const Node& node, Value (*from)(const std::string&)) {
  try {
    return from(node.text());
  } catch (const Error& fault) {
    node.refuse(fault.what());
  }
}

Ledger read_ledger(const Node& node) {
  Ledger ledger;
  ledger.baseline = node.at("baseline").text();
  if (const auto between = node.find("commits_between")) ledger.commits_between = between->count();
  ledger.left_out_dirty = node.at("left_out").at("dirty").count();
  ledger.left_out_beside = node.at("left_out").at("beside").count();
  const Node measured = node.at("measured");
  for (std::size_t i = 0; i < measured.size(); ++i) {
    const Node one = measured.item(i);
    LedgerEntry entry;
    entry.commit = one.at("commit").text();
    if (const auto dirty = one.find("dirty")) entry.dirty = dirty->flag();
    entry.subject = read_text(one, "subject");
    entry.change = one.at("change").number();
    entry.change_ci = read_interval(one.at("change_ci"));
    entry.step = read_optional(one, "step");
    if (const auto commits = one.find("commits")) entry.commits = commits->count();
    ledger.entries.push_back(std::move(entry));
  }
  return ledger;
}

CaseVerdict read_case(const Node& node) {
  CaseVerdict verdict;
  verdict.id = node.at("case").text();
  verdict.verdict = read_word(node.at("verdict"), verdict_from);
  if (const auto method = node.find("method")) verdict.method = read_word(*method, method_from);
  verdict.change = read_optional(node, "change");
  if (const auto interval = node.find("change_ci")) verdict.change_ci = read_interval(*interval);
  verdict.confidence = read_optional(node, "confidence").value_or(verdict.confidence);
  verdict.baseline = read_side(node, "baseline");
  verdict.candidate = read_side(node, "candidate");
  verdict.tolerance = read_optional(node, "tolerance").value_or(0);
  verdict.mde = read_optional(node, "mde");
  if (const auto prior = node.find("prior"))
    verdict.prior = {prior->at("ratio").number(), prior->at("weight").number(), prior->at("launches").count()};
  verdict.handicap_percent = read_optional(node, "handicap_percent").value_or(0);
  if (const auto ruling = node.find("ruling"))
    verdict.ruling = {ruling->at("granted").flag(), ruling->at("text").text()};
  if (const auto spread = node.find("session_spread")) {
    verdict.session_spread =
        SessionSpread{spread->at("sd").number(), spread->at("sessions").count(), spread->at("learned").flag()};
  }
  verdict.reasons = read_texts(node, "reasons");
  if (const auto ledger = node.find("since_baseline")) verdict.since_baseline = read_ledger(*ledger);
  verdict.decided = true;
  return verdict;
}

// Every threshold must be there: a verdict without its policy cannot be recomputed.
Policy read_policy(const Node& node) {
  Policy policy;
  const Node tolerance = node.at("tolerance");
  for (std::size_t i = 0; i < tolerance.size(); ++i) {
    const Node rule = tolerance.item(i);
    policy.tolerance.emplace_back(rule.at("cases").text(), rule.at("ratio").number());
  }
  policy.cuda_tolerance = node.at("cuda_tolerance").number();
  policy.cpu_tolerance = node.at("cpu_tolerance").number();
  policy.alpha = node.at("alpha").number();
  policy.beta = node.at("beta").number();
  policy.confidence = node.at("confidence").number();
  policy.min_launches = node.at("min_launches").count();
  policy.max_launches = node.at("max_launches").count();
  policy.min_rounds = node.at("min_rounds").count();
  policy.min_stored_launches = node.at("min_stored_launches").count();
  policy.overdispersion = node.at("overdispersion").number();
  policy.prior_weight = node.at("prior_weight").number();
  policy.max_prior_weight = node.at("max_prior_weight").number();
  policy.session_sd = node.at("session_sd").number();
  policy.stored_confidence = node.at("stored_confidence").number();
  policy.max_tick = node.at("max_tick").number();
  policy.implausible_speedup = node.at("implausible_speedup").number();
  policy.strict = node.at("strict").flag();
  policy.family = node.at("family").count();
  return policy;
}

Outcome read_outcome(const Node& root) {
  const std::string word = root.at("outcome").text();
  for (const Outcome outcome : {Outcome::Pass, Outcome::Regressed, Outcome::NoVerdict, Outcome::Fault}) {
    if (to_string(outcome) == word) return outcome;
  }
  root.at("outcome").refuse("expected pass, regressed, no_verdict or fault");
}

}  // namespace

CheckVerdict read_verdict(std::string_view text, std::string_view name) {
  const Json document = parse(text, name);
  const Node root(document, name);
  require_format(root, kVerdictFormat);
  CheckVerdict check;
  check.uuid = read_text(root, "uuid");
  check.purpose = read_word(root.at("command"), purpose_from);
  check.run_uuid = read_text(root, "run");
  check.outcome = read_outcome(root);
  check.reasons = read_texts(root, "reasons");
  const Node census = root.at("census");
  check.expected = census.at("expected").count();
  check.judged = census.at("judged").count();
  const Node unjudged = census.at("unjudged");
  for (std::size_t i = 0; i < unjudged.size(); ++i)
    check.unjudged.push_back({unjudged.item(i).at("case").text(), unjudged.item(i).at("why").text()});
  check.policy = read_policy(root.at("policy"));
  if (const auto calibrated = root.find("calibrated")) {
    check.calibrated = CalibratedRate{calibrated->at("uuid").text(),
                                      calibrated->at("made_at").text(),
                                      {calibrated->at("failed").count(), calibrated->at("checks").count()}};
  }
  check.device_seconds = root.at("device_seconds").number();
  const Node cases = root.at("cases");
  for (std::size_t i = 0; i < cases.size(); ++i) check.cases.push_back(read_case(cases.item(i)));
  return check;
}

std::vector<std::string> differences(std::string_view first, std::string_view second) {
  const Json before = parse(first, "the first document");
  const Json after = parse(second, "the second document");
  std::vector<std::string> lines;
  for (const Json& step : Json::diff(before, after)) {
    std::string line = step.at("path").get<std::string>() + ": ";
    const std::string kind = step.at("op");
    line += kind == "remove" ? "is not there" : step.at("value").dump(-1, ' ', false, Json::error_handler_t::replace);
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace ratchet::documents
