#include "kernels/peers/cudnn_plan.h"

#include <set>

namespace ratchet::kernels::cudnn {
namespace {

struct Offer {
  Descriptor config;
  std::string choices;  // engine and knobs: equal texts are equal plans
};

std::string choices_of(const Descriptor& config) {
  const Descriptor engine = config.one(Attribute::EngineConfigEngine, Kind::Engine);
  std::string text = "engine " + std::to_string(engine.number(Attribute::EngineIndex));
  for (const Descriptor& knob : config.all(Attribute::EngineConfigKnobChoices, Kind::KnobChoice)) {
    text += ' ' + std::to_string(knob.number(Attribute::KnobChoiceType, Type::KnobType)) + '=' +
            std::to_string(knob.number(Attribute::KnobChoiceValue));
  }
  return text;
}

std::vector<Descriptor> ask(const std::shared_ptr<const Api>& api, const Descriptor& graph, HeuristicsMode mode,
                            const Target& target) {
  Descriptor heuristics(api, Kind::EngineHeuristics);
  heuristics.set(Attribute::HeuristicsOperationGraph, graph);
  heuristics.set(Attribute::HeuristicsMode, Type::HeuristicsMode, mode);
  if (target.properties != nullptr) heuristics.set(Attribute::HeuristicsDeviceProperties, *target.properties);
  heuristics.finalize("asking for plans");
  return heuristics.all(Attribute::HeuristicsResults, Kind::EngineConfig);
}

// What went wrong, once each.
class Complaints {
 public:
  void add(const Unavailable& what) {
    if (said_.insert(what.what()).second) text_ += (text_.empty() ? "" : "; ") + std::string(what.what());
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::set<std::string> said_;
  std::string text_;
};

// The fallback's are the same kernels under other numbers: asked only where there is nothing else.
std::vector<Offer> offers(const std::shared_ptr<const Api>& api, const Descriptor& graph, const Target& target,
                          Complaints& complaints) {
  std::vector<Offer> list;
  std::set<std::string> known;
  for (const HeuristicsMode mode : {HeuristicsMode::A, HeuristicsMode::B, HeuristicsMode::Fallback}) {
    if (mode == HeuristicsMode::Fallback && !list.empty()) break;
    try {
      for (Descriptor& config : ask(api, graph, mode, target)) {
        std::string choices = choices_of(config);
        if (known.insert(choices).second) list.push_back({std::move(config), std::move(choices)});
      }
    } catch (const Unavailable& what) {
      complaints.add(what);
    }
  }
  return list;
}

// The plan describes itself in JSON; its first "kernelName" is that of the attention.
std::string kernel_name(const std::string& json) {
  const std::string key = "\"kernelName\":\"";
  const std::size_t begin = json.find(key);
  if (begin == std::string::npos) return "";
  return json.substr(begin + key.size(), json.find('"', begin + key.size()) - begin - key.size());
}

Plan compiled(const std::shared_ptr<const Api>& api, const Offer& offer, const Target& target) {
  Plan one{Descriptor(api, Kind::ExecutionPlan), 0, ""};
  one.plan.set(Attribute::PlanEngineConfig, offer.config);
  if (target.handle != nullptr) one.plan.set(Attribute::PlanHandle, Type::Handle, target.handle);
  if (target.properties != nullptr) one.plan.set(Attribute::PlanDeviceProperties, *target.properties);
  one.plan.finalize("compiling the plan of " + offer.choices);
  one.workspace_bytes = static_cast<std::size_t>(one.plan.number(Attribute::PlanWorkspaceSize));
  try {
    one.name = kernel_name(one.plan.text(Attribute::PlanJson));
  } catch (const Unavailable&) {
    // A plan that cannot describe itself is a plan all the same.
  }
  if (one.name.empty()) one.name = offer.choices;
  return one;
}

}  // namespace

std::vector<Plan> plans(const std::shared_ptr<const Api>& api, const attention::Shape& shape, ratchet_type type,
                        const Target& target) {
  Complaints complaints;
  for (const Form form : forms(api->version(), shape)) {
    std::vector<Plan> list;
    try {
      const Descriptor graph = operation_graph(api, form, shape, type, target);
      for (const Offer& offer : offers(api, graph, target, complaints)) {
        try {
          list.push_back(compiled(api, offer, target));
        } catch (const Unavailable& what) {
          complaints.add(what);
        }
      }
    } catch (const Unavailable& what) {
      complaints.add(what);
    }
    if (!list.empty()) return list;
  }
  throw Unavailable(complaints.text().empty() ? "cuDNN " + api->version_text() + " offers no plan for this attention"
                                              : complaints.text());
}

}  // namespace ratchet::kernels::cudnn
