#include "src/documents/documents.h"
#include "src/documents/parts.h"

namespace ratchet::documents {
namespace {

CallComparison read_comparison(const Node& node) {
  CallComparison one;
  one.id = node.at("case").text();
  one.same = node.at("same").flag();
  // A sameness without kernels would be true of nothing and count as proof.
  if (one.same) {
    one.kernels = read_texts(node, "kernels");
    if (one.kernels.empty()) node.refuse("\"same\" needs the kernels that are launched");
    for (const std::string& kernel : one.kernels)
      if (kernel.empty()) node.at("kernels").refuse("a kernel's name must not be empty");
  } else {
    one.why = node.at("why").text();
    if (one.why.empty()) node.at("why").refuse("say what differs");
  }
  return one;
}

}  // namespace

std::string write(const CallComparisons& calls) {
  Json document = {{"format", kLaunchesFormat}, {"cases", Json::array()}};
  for (const CallComparison& one : calls.cases) {
    Json json = {{"case", one.id}, {"same", one.same}};
    put(json, "kernels", one.kernels);
    put(json, "why", one.why);
    document["cases"].push_back(std::move(json));
  }
  return lay_out(document);
}

CallComparisons read_call_comparisons(std::string_view text, std::string_view name) {
  const Json document = parse(text, name);
  const Node root(document, name);
  require_format(root, kLaunchesFormat);
  CallComparisons calls;
  for (const Node& node : read_cases(root, "cases")) calls.cases.push_back(read_comparison(node));
  return calls;
}

}  // namespace ratchet::documents
