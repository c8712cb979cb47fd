#include "src/documents/matrix_document.h"

#include <span>

#include "src/documents/parts.h"

namespace ratchet::documents {
namespace {

Json interval_json(const Interval& interval) { return Json::array({interval.low, interval.high}); }

void put_times(Json& json, const MatrixCell& cell) {
  json["median_ns"] = cell.summary.median_ns;
  json["ci_ns"] = interval_json(cell.summary.ci_ns);
  json["launches"] = cell.summary.launches;
  json["samples"] = cell.summary.samples;
  json["launch_cv"] = cell.launch_cv;
  json["round_cv"] = cell.round_cv;
  put(json, "tick_ns", cell.tick_ns);
  put(json, "bytes_per_s", cell.rates.bytes_per_s);
  put(json, "flops_per_s", cell.rates.flops_per_s);
  put(json, "of_peak", cell.rates.of_peak.value_or(0));
  put(json, "of_flops", cell.rates.of_flops.value_or(0));
  put(json, "bound", cell.rates.bound);
}

Json cell_json(const MatrixCell& cell, std::span<const MatrixSource> sources) {
  Json json = {{"implementation", cell.implementation}, {"case", cell.id}};
  put(json, "imported", sources[cell.source].label);
  json["standing"] = to_string(cell.standing);
  put(json, "why", cell.why);
  if (cell.has_times()) put_times(json, cell);
  put(json, "peak_memory_bytes", cell.peak_memory_bytes);
  put(json, "warnings", cell.warnings);
  return json;
}

Json pair_json(const MatrixPair& pair, const MatrixRow& row) {
  Json json = {{"first", row.cells[pair.first].implementation},
               {"second", row.cells[pair.second].implementation},
               {"cells", {pair.first, pair.second}},
               {"ratio", pair.ratio},
               {"interval", interval_json(pair.interval)},
               {"paired", pair.paired},
               {"proven_faster", pair.faster < 0   ? "first"
                                 : pair.faster > 0 ? "second"
                                                   : "neither"}};
  put(json, "trouble", pair.trouble);
  return json;
}

Json row_json(const MatrixRow& row, std::span<const MatrixSource> sources) {
  Json json = {{"family", row.family}, {"shape", row.shape}};
  put(json, "l2", row.l2);
  put(json, "bytes", row.bytes);
  put(json, "flops", row.flops);
  json["cells"] = Json::array();
  for (const MatrixCell& cell : row.cells) json["cells"].push_back(cell_json(cell, sources));
  json["pairs"] = Json::array();
  for (const MatrixPair& pair : row.pairs) json["pairs"].push_back(pair_json(pair, row));
  if (row.winner) json["winner"] = row.cells[*row.winner].implementation;
  return json;
}

}  // namespace

std::string write(const MatrixDocument& given, const Matrix& matrix) {
  Json document = {{"format", kMatrixFormat}};
  put(document, "command", given.command);
  document["alpha"] = matrix.alpha;
  document["comparisons"] = matrix.comparisons;
  put(document, "degraded", matrix.degraded.value_or(""));
  document["rows"] = Json::array();
  for (const MatrixRow& row : matrix.rows) document["rows"].push_back(row_json(row, given.sources));
  document["sources"] = Json::array();
  for (const MatrixSource& source : given.sources) {
    Json one = Json::object();
    put(one, "label", source.label);
    one["run"] = run_json(source.run);
    document["sources"].push_back(std::move(one));
  }
  return lay_out(document);
}

MatrixDocument read_matrix(std::string_view text, std::string_view name) {
  const Json json = parse(text, name);
  const Node root(json, name);
  require_format(root, kMatrixFormat);
  const Node list = root.at("sources");
  MatrixDocument document{read_text(root, "command"), {}};
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Node one = list.item(i);
    document.sources.push_back({read_text(one, "label"), read_run(one.at("run"))});
    if ((i == 0) != document.sources.back().label.empty())
      one.refuse("the first source is this tool's own sitting and has no label; every other one has one");
  }
  if (document.sources.empty()) list.refuse("the list is empty: nothing was measured");
  return document;
}

}  // namespace ratchet::documents
