#include "src/report/bisect_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "src/report/units.h"

namespace ratchet::report {
namespace {

using Json = nlohmann::ordered_json;

std::string shorten(const std::string& sha) { return sha.substr(0, 10); }

const char* word(Trial trial) {
  switch (trial) {
    case Trial::Good:
      return "good";
    case Trial::Bad:
      return "bad";
    case Trial::Skipped:
      return "skipped";
    case Trial::Unknown:
      break;
  }
  return "not tried";
}

std::string name_of(const Tried& one) { return shorten(one.commit.sha) + " " + printable(one.commit.subject); }

std::string conclusion(const Bisected& of, const Paint& paint) {
  const Tried& good = of.commits[of.end.good];
  const Tried& bad = of.commits[of.end.bad];
  if (of.end.bad - of.end.good > 1) {
    return paint(Tint::Doubt, "cannot tell") +
           fmt::format(": the first bad commit is one of the {} after {}, up to {}; those between were skipped\n",
                       of.end.bad - of.end.good, name_of(good), name_of(bad));
  }
  std::string text = paint(Tint::Bad, "first bad commit") + ": " + name_of(bad);
  if (bad.change) text += ", " + percent(*bad.change) + " beside " + shorten(of.commits.front().commit.sha);
  if (good.change) text += " (the commit before it: " + percent(*good.change) + ")";
  return text + "\n";
}

}  // namespace

std::string bisect_text(const Bisected& bisected, const Paint& paint) {
  Table table({{"commit"}, {"trial"}, {"change", Align::Right}, {"from"}, {"subject"}, {"why"}});
  for (const Tried& one : bisected.commits) {
    if (one.trial == Trial::Unknown) continue;
    const bool anchor = &one == &bisected.commits.front();
    table.add({{shorten(one.commit.sha)},
               {word(one.trial), one.trial == Trial::Bad ? Tint::Bad : Tint::Plain},
               {one.change ? percent(*one.change) : "-"},
               {anchor         ? "given"
                : one.recorded ? "record"
                               : "measured now"},
               {one.commit.subject.substr(0, 60)},
               {one.why.substr(0, one.why.find('\n'))}});
  }
  return printable(bisected.case_id) + " on " + printable(bisected.device_name) + "\n" + table.text(paint) +
         conclusion(bisected, paint);
}

std::string bisect_json(const Bisected& bisected) {
  Json commits = Json::array();
  for (const Tried& one : bisected.commits) {
    Json json = {{"commit", one.commit.sha}, {"subject", one.commit.subject}, {"trial", word(one.trial)}};
    if (one.change) json["change"] = *one.change;
    json["recorded"] = one.recorded;
    if (!one.why.empty()) json["why"] = one.why;
    commits.push_back(std::move(json));
  }
  Json json = {{"format", "ratchet.bisect/1"}, {"case", bisected.case_id}, {"device", bisected.device_name}};
  json["last_good"] = bisected.commits[bisected.end.good].commit.sha;
  json["oldest_bad"] = bisected.commits[bisected.end.bad].commit.sha;
  json["found"] = bisected.end.bad - bisected.end.good == 1;
  json["commits"] = std::move(commits);
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace ratchet::report
