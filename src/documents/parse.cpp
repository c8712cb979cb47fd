#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "ratchet/error.h"
#include "src/documents/node.h"

namespace ratchet::documents {
namespace {

constexpr std::size_t kMaxDepth = 64;      // ours need 6
constexpr std::size_t kMaxMembers = 1000;  // a key is searched one by one: keeps hostile input linear

// Follows the parser through the text: enforces the limits while memory is still small, and knows the path of the value
// at which the parser gave up.
class Watch {
 public:
  explicit Watch(std::size_t max_values) : max_values_(max_values) {}

  void see(Json::parse_event_t event, const Json& parsed) {
    switch (event) {
      case Json::parse_event_t::object_start:
        open(false);
        break;
      case Json::parse_event_t::array_start:
        open(true);
        break;
      case Json::parse_event_t::key:
        name(parsed.get<std::string>());
        break;
      case Json::parse_event_t::object_end:
      case Json::parse_event_t::array_end:
        levels_.pop_back();
        step();
        break;
      case Json::parse_event_t::value:
        count();
        step();
        break;
    }
  }

  [[nodiscard]] std::string path() const {
    std::string path;
    for (const Level& level : levels_) {
      if (level.is_list)
        path += "[" + std::to_string(level.index) + "]";
      else if (!level.key.empty())
        path += (path.empty() ? "" : ".") + level.key;
    }
    return path;
  }

 private:
  struct Level {
    bool is_list = false;
    std::size_t index = 0;
    std::string key;
    std::set<std::string> keys;
  };

  void open(bool is_list) {
    count();
    if (levels_.size() == kMaxDepth) throw Error("nested deeper than " + std::to_string(kMaxDepth) + " levels");
    levels_.emplace_back().is_list = is_list;
  }

  void name(std::string key) {
    Level& level = levels_.back();
    level.key = key;
    if (!level.keys.insert(std::move(key)).second) throw Error("the key is given twice; keep one");
    if (level.keys.size() > kMaxMembers) throw Error("more than " + std::to_string(kMaxMembers) + " members");
  }

  void count() {
    if (++values_ > max_values_)
      throw Error("more than " + std::to_string(max_values_) + " values; split the document");
  }

  void step() {
    if (!levels_.empty() && levels_.back().is_list) ++levels_.back().index;
  }

  std::size_t max_values_;
  std::vector<Level> levels_;
  std::size_t values_ = 0;
};

// "[json.exception.parse_error.101] parse error at line 1, column 9: syntax error ..." without what means nothing to a
// user. A message may quote the whole of an unfinished string, so it is cut.
std::string reason(const std::string& what) {
  constexpr std::size_t kMaxLength = 240;
  std::string text = what.substr(what.find("] ") == std::string::npos ? 0 : what.find("] ") + 2);
  if (text.size() > kMaxLength) text = text.substr(0, kMaxLength) + "...";
  for (char& c : text) {
    if (c < ' ' || c > '~') c = '?';
  }
  return text;
}

}  // namespace

Json parse(std::string_view text, std::string_view file, Comments comments, std::size_t max_values) {
  Watch watch(max_values);
  const auto see = [&watch](int, Json::parse_event_t event, Json& parsed) {
    watch.see(event, parsed);
    return true;
  };
  std::string why;
  try {
    return Json::parse(text.begin(), text.end(), see, true, comments == Comments::Allowed);
  } catch (const Json::exception& fault) {
    why = "not valid JSON: " + reason(fault.what());
  } catch (const Error& fault) {
    why = fault.what();
  }
  const std::string path = watch.path();
  throw Error(std::string(file) + ": " + (path.empty() ? "" : path + ": ") + why);
}

}  // namespace ratchet::documents
