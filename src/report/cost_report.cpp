#include "src/report/cost_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "src/report/units.h"

namespace ratchet::report {
namespace {

using Json = nlohmann::ordered_json;

std::string amount(const Estimate& estimate) {
  return fmt::format("{:.4g} [{:.4g}, {:.4g}]", estimate.value, estimate.interval.low, estimate.interval.high);
}

std::string full_name(const CostLine& line) {
  return line.function.empty() ? line.name : line.function + ": " + line.name;
}

std::string costs_table(std::span<const CostLine> lines, const std::string& currency, const Paint& paint) {
  Table table({{"case"},
               {"latency and 95 % interval", Align::Right},
               {"device hours a day", Align::Right},
               {currency + " a day", Align::Right},
               {currency + " a month", Align::Right},
               {currency + " a year", Align::Right}});
  for (const CostLine& line : lines) {
    if (!line.cost) {
      table.add({{full_name(line)}, {"-"}, {"-"}, {"-"}, {"-"}, {"-"}});
      continue;
    }
    const Interval& ci = line.measured->ci_ns;
    table.add({{full_name(line)},
               {time(line.measured->median_ns) + " [" + time(ci.low) + ", " + time(ci.high) + "]"},
               {amount(line.cost->device_hours_per_day)},
               {amount(line.cost->per_day)},
               {amount(line.cost->per_month)},
               {amount(line.cost->per_year)}});
  }
  return table.text(paint);
}

std::string claims(std::span<const CostLine> lines, const std::string& currency, const std::string& against,
                   const Paint& paint) {
  std::string text;
  for (const CostLine& line : lines) {
    if (line.saving) {
      const bool saves = line.saving->per_year.value > 0;
      text += paint(saves ? Tint::Good : Tint::Bad, saves ? "saves" : "costs more") + " " +
              printable(full_name(line) + " against " + against) +
              fmt::format(": {} {} a day, {} a month, {} a year{}\n", amount(line.saving->per_day), currency,
                          amount(line.saving->per_month), amount(line.saving->per_year),
                          saves ? "" : " (negative: what it costs more)");
    } else if (!line.why.empty()) {
      text += paint(Tint::Doubt, "note") + " " + printable(full_name(line) + ": " + line.why) + "\n";
    }
  }
  return text;
}

Json estimate_json(const Estimate& estimate) {
  return {{"value", estimate.value}, {"interval", {estimate.interval.low, estimate.interval.high}}};
}

Json cost_json(const Cost& cost) {
  return {{"device_hours_per_day", estimate_json(cost.device_hours_per_day)},
          {"per_day", estimate_json(cost.per_day)},
          {"per_month", estimate_json(cost.per_month)},
          {"per_year", estimate_json(cost.per_year)}};
}

}  // namespace

std::string cost_text(std::span<const CostLine> lines, const Demand& demand, const std::string& currency,
                      const std::string& against, const Paint& paint) {
  return costs_table(lines, currency, paint) + claims(lines, currency, against, paint) +
         fmt::format(
             "{:.6g} requests a day of one call each, one device at {:.6g} {} an hour and busy with nothing else; a "
             "year has "
             "{} days, a month is a twelfth of it\n",
             demand.requests_per_day, demand.price_per_hour, currency, kDaysPerYear);
}

std::string cost_json(std::span<const CostLine> lines, const Demand& demand, const std::string& currency,
                      const std::string& against) {
  Json document = {{"format", "ratchet.cost/1"},
                   {"requests_per_day", demand.requests_per_day},
                   {"price_per_hour", demand.price_per_hour},
                   {"currency", currency},
                   {"days_per_year", kDaysPerYear},
                   {"cases", Json::array()}};
  if (!against.empty()) document["against"] = against;
  for (const CostLine& line : lines) {
    Json one = {{"case", line.name}};
    if (!line.function.empty()) one["function"] = line.function;
    if (line.measured) {
      one["median_ns"] = line.measured->median_ns;
      one["ci_ns"] = {line.measured->ci_ns.low, line.measured->ci_ns.high};
    }
    if (line.cost) one["cost"] = cost_json(*line.cost);
    if (line.saving) one["saving"] = cost_json(*line.saving);
    if (!line.why.empty()) one["why"] = line.why;
    document["cases"].push_back(std::move(one));
  }
  return document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace ratchet::report
