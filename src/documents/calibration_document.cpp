#include "src/documents/calibration_document.h"

#include "src/documents/parts.h"

namespace ratchet::documents {
namespace {

Json proportion_json(const Proportion& proportion) {
  const Interval interval = clopper_pearson(proportion, 0.95);
  return {{"hits", proportion.hits},
          {"trials", proportion.trials},
          {"rate", rate(proportion)},
          {"interval", {interval.low, interval.high}}};
}

// The trials of a resampled rate are not independent, so it has no interval.
Json found_json(const Found& found) {
  return {{"measured", proportion_json(found.measured)},
          {"resampled",
           {{"hits", found.resampled.hits}, {"trials", found.resampled.trials}, {"rate", rate(found.resampled)}}}};
}

Json case_json(const CaseCalibration& one) {
  Json json = {{"case", one.id},
               {"false_alarms", found_json(one.false_alarms)},
               {"held", found_json(one.held)},
               {"launches", one.launches}};
  if (one.detectable) json["detectable"] = *one.detectable;
  json["power"] = Json::array();
  for (const Power& power : one.power) {
    Json point = {{"planted_percent", power.planted_percent}, {"change", power.change}};
    point.update(found_json(power.found));
    json["power"].push_back(std::move(point));
  }
  return json;
}

}  // namespace

std::string write(const CalibrationDocument& document) {
  const Calibration& calibration = document.calibration;
  Json json = {{"format", "ratchet.calibration/1"},
               {"uuid", document.uuid},
               {"started_at", document.started_at},
               {"made_at", document.made_at},
               {"tool", document.tool}};
  put(json, "environment", std::optional(document.environment));
  json["policy"] = {{"alpha", calibration.policy.alpha},
                    {"beta", calibration.policy.beta},
                    {"family", calibration.policy.family},
                    {"min_launches", calibration.policy.min_launches},
                    {"max_launches", calibration.policy.max_launches}};
  json["seed"] = calibration.seed;
  json["launches"] = calibration.launches;
  json["false_alarms"] = found_json(calibration.false_alarms);
  json["launches_per_check"] = calibration.launches_per_check;
  json["seconds_per_check"] = calibration.seconds_per_check;
  put(json, "unusable", document.unusable);
  json["cases"] = Json::array();
  for (const CaseCalibration& one : calibration.cases) json["cases"].push_back(case_json(one));
  return lay_out(json);
}

}  // namespace ratchet::documents
