#include "src/documents/documents.h"
#include "src/documents/parts.h"

namespace ratchet::documents {

std::string write(const ModuleDescription& module) {
  Json document = {{"format", kModuleFormat}};
  put(document, "name", module.name);
  put(document, "device", module.device);
  put(document, "environment", module.environment);
  put(document, "unconfined", module.unconfined);
  document["cases"] = Json::array();
  for (const CaseFacts& facts : module.cases) document["cases"].push_back(facts_json(facts));
  return lay_out(document);
}

ModuleDescription read_module(std::string_view text, std::string_view name) {
  const Json document = parse(text, name);
  const Node root(document, name);
  require_format(root, kModuleFormat);
  ModuleDescription module;
  module.name = root.at("name").text();
  module.device = root.at("device").text();
  if (module.device != "cpu" && module.device != "cuda")
    root.at("device").refuse("expected \"cpu\" or \"cuda\", found \"" + module.device.substr(0, 80) + "\"");
  module.environment = read_environment(root);
  module.unconfined = read_texts(root, "unconfined");
  for (const Node& node : read_cases(root, "cases")) module.cases.push_back(read_facts(node));
  return module;
}

}  // namespace ratchet::documents
