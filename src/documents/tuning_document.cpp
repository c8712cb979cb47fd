#include "src/documents/tuning_document.h"

#include <algorithm>

#include "src/documents/parts.h"

namespace ratchet::documents {
namespace {

Json contender_json(const Tuning& tuning, const TunedShape& shape, std::size_t which) {
  const Contender& one = shape.result.contenders[which];
  Json json = {{"variant", tuning.variant(shape, which)}, {"fate", to_string(one.fate)}};
  put(json, "why", one.why);
  put(json, "launches", one.launches);
  if (one.in_final) json["in_final"] = true;
  if (one.summary.launches > 0) {
    json["median_ns"] = one.summary.median_ns;
    json["ci_ns"] = Json::array({one.summary.ci_ns.low, one.summary.ci_ns.high});
    json["samples"] = one.summary.samples;
  }
  if (one.behind) {
    json["behind"] = tuning.variant(shape, *one.behind);
    json["ratio"] = one.ratio;
    json["at_least"] = one.at_least;
    json["at_most"] = one.at_most;
  }
  return json;
}

Json shape_json(const Tuning& tuning, const TunedShape& shape) {
  const RaceRules& rules = shape.race.rules;
  Json json = {{"shape", shape.shape}, {"modules", shape.modules}};
  put(json, "made_at", shape.made_at);
  json["rules"] = {{"launches", rules.launches}, {"final_launches", rules.final_launches}, {"alpha", rules.alpha}};
  put(json, "comparisons", shape.result.comparisons);
  put(json, "degraded", shape.result.degraded.value_or(""));
  if (shape.result.taken) json["taken"] = tuning.variant(shape, *shape.result.taken);
  json["proven"] = shape.result.proven;
  json["contenders"] = Json::array();
  for (std::size_t i = 0; i < shape.result.contenders.size(); ++i)
    json["contenders"].push_back(contender_json(tuning, shape, i));
  json["variants"] = shape.race.variants;
  json["heats"] = run_json(shape.race.heats);
  if (!shape.race.final.measurements.empty()) json["final"] = run_json(shape.race.final);
  return json;
}

RaceRules read_rules(const Node& node) {
  RaceRules rules;
  rules.launches = node.at("launches").count();
  rules.final_launches = node.at("final_launches").count();
  rules.alpha = node.at("alpha").number();
  if (rules.launches == 0 || rules.final_launches == 0) node.refuse("a race has at least one launch in each part");
  if (!(rules.alpha > 0 && rules.alpha < 1)) node.refuse("alpha is a probability between 0 and 1");
  return rules;
}

void require_variants(const Node& node, const Run& run, const std::vector<std::string>& variants) {
  for (const Measurement& one : run.measurements) {
    if (std::find(variants.begin(), variants.end(), one.facts.id) == variants.end())
      node.refuse("case " + one.facts.id + " is none of the variants");
  }
}

TunedShape read_shape(const Node& node) {
  TunedShape shape;
  shape.shape = node.at("shape").text();
  shape.modules = read_text(node, "modules");
  shape.made_at = read_time(node, "made_at");
  shape.race.rules = read_rules(node.at("rules"));
  shape.race.variants = read_texts(node, "variants");
  if (shape.race.variants.empty()) node.refuse("there are no variants");
  shape.race.heats = read_run(node.at("heats"));
  if (const auto final = node.find("final")) shape.race.final = read_run(*final);
  require_variants(node, shape.race.heats, shape.race.variants);
  require_variants(node, shape.race.final, shape.race.variants);
  shape.result = judge_race(shape.race);
  return shape;
}

}  // namespace

std::string write(const TuningDocument& given) {
  Json document = {{"format", kTuningFormat}};
  put(document, "command", given.command);
  document["family"] = given.tuning.family;
  document["keys"] = given.tuning.keys;
  document["shapes"] = Json::array();
  for (const TunedShape& shape : given.tuning.shapes) document["shapes"].push_back(shape_json(given.tuning, shape));
  return lay_out(document);
}

TuningDocument read_tuning(std::string_view text, std::string_view name) {
  const Json json = parse(text, name);
  const Node root(json, name);
  require_format(root, kTuningFormat);
  TuningDocument document{read_text(root, "command"), {root.at("family").text(), read_texts(root, "keys"), {}}};
  const Node list = root.at("shapes");
  for (std::size_t i = 0; i < list.size(); ++i) document.tuning.shapes.push_back(read_shape(list.item(i)));
  if (document.tuning.shapes.empty()) list.refuse("the list is empty: nothing was raced");
  return document;
}

}  // namespace ratchet::documents
