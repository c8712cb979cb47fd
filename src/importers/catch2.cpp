#include <pugixml.hpp>

#include "ratchet/error.h"
#include "src/importers/formats.h"

namespace ratchet::importers {
namespace {

constexpr int kDeepest = 64;  // sections within sections

bool fits(std::string_view text) {
  return text.find("<Catch") != std::string_view::npos && text.find("<BenchmarkResults") != std::string_view::npos;
}

Measurement measurement_of(const pugi::xml_node& node, const std::string& name, const std::string& file) {
  Measurement measured;
  measured.facts.id = name;
  if (const auto failed = node.child("failed")) {
    measured.failures.push_back({"module_error", "", failed.attribute("message").value()});
    return measured;
  }
  const auto mean = node.child("mean").attribute("value");
  if (!mean) throw Error(file + ": " + name + ": no mean and no failure");
  measured.launches.push_back({mean.as_double()});
  if (const auto calls = node.attribute("iterations").as_ullong(); calls > 0) measured.facts.batch = calls;
  measured.warnings.emplace_back("one number, the mean of its samples: Catch2 does not write them");
  return measured;
}

class Reader {
 public:
  explicit Reader(const std::string& file) : file_(file) {}

  // What stands below a node, named by the test case and the sections around it.
  void read(const pugi::xml_node& node, const std::string& path, int depth) {
    if (depth > kDeepest) throw Error(file_ + ": sections are nested deeper than " + std::to_string(kDeepest));
    for (const pugi::xml_node& child : node.children()) {
      const std::string kind = child.name();
      const std::string name = child.attribute("name").value();
      if (kind == "BenchmarkResults") {
        run.measurements.push_back(measurement_of(child, path + name, file_));
      } else if (kind == "TestCase" || kind == "Section") {
        read(child, path + name + "/", depth + 1);
      } else if (kind == "Group") {  // before version 3
        read(child, path, depth + 1);
      }
    }
  }

  Run run;

 private:
  const std::string& file_;
};

Reading read_text(const Source& source) {
  pugi::xml_document document;
  const auto parsed =
      document.load_buffer(source.text.data(), source.text.size(), pugi::parse_default, pugi::encoding_utf8);
  if (!parsed)
    throw Error(source.name + ": not well-formed XML at byte " + std::to_string(parsed.offset) + ": " +
                parsed.description());
  const pugi::xml_node root = document.document_element();
  const std::string kind = root.name();
  if (kind != "Catch" && kind != "Catch2TestRun")
    throw Error(source.name + ": expected Catch2's XML, found <" + kind + ">");
  Reader reader(source.name);
  reader.run.tool = "Catch2";
  if (const auto version = root.attribute("catch2-version")) reader.run.tool += std::string(" ") + version.value();
  reader.read(root, "", 0);
  return {{reader.run},
          {"only the mean of each benchmark: no number tells its scatter; import several files as launches"}};
}

}  // namespace

Adapter catch2() { return {"catch2", "Catch2 (--reporter xml --out FILE)", fits, read_text}; }

}  // namespace ratchet::importers
