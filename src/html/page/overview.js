// Every case with its verdict, its change and a small picture of its history; to be searched, sorted and filtered.

const kSparkWidth = 160;
const kSparkHeight = 30;
const kSparkBins = 80;

// Medians of as many stretches as fit, so that one outlier of thousands does not set the scale.
function sparkValues(series) {
  const bins = Math.min(kSparkBins, series.length);
  return Array.from({length: bins}, (_, bin) => {
    const from = Math.floor((bin * series.length) / bins);
    const sorted = series.median.slice(from, Math.floor(((bin + 1) * series.length) / bins)).sort();
    return sorted[sorted.length >> 1];
  });
}

function sparkline(series) {
  const values = sparkValues(series);
  if (values.length === 0) return null;
  const standing = series.standing;
  const all = standing === null ? values : [...values, standing];
  // Never finer than the tolerance: noise within it must look small.
  const middle = (Math.min(...all) + Math.max(...all)) / 2;
  const half = Math.max((Math.max(...all) - Math.min(...all)) / 2, series.json.tolerance * middle) || 1;
  const x = (i) => values.length === 1 ? kSparkWidth / 2 : 2 + (i * (kSparkWidth - 4)) / (values.length - 1);
  const y = (ns) => kSparkHeight / 2 - ((ns - middle) / half) * (kSparkHeight / 2 - 3);
  const line = values.map((ns, i) => `${i ? "L" : "M"}${x(i).toFixed(1)} ${y(ns).toFixed(1)}`).join("");
  const change = values.at(-1) / values[0] - 1;
  return svg("svg", {viewBox: `0 0 ${kSparkWidth} ${kSparkHeight}`, class: "spark", role: "img",
    "aria-label": `${counted(series.length, "run")}, ${percentText(change)} from first to last`},
  standing === null ? null : svg("path", {class: "baseline", d: `M0 ${y(standing).toFixed(1)}H${kSparkWidth}`}),
  values.length > 1 ? svg("path", {class: "median", d: line}) : null,
  svg("circle", {class: "last", cx: x(values.length - 1), cy: y(values.at(-1)), r: 2.5}));
}

function overviewColumns(devices) {
  const columns = [
    {key: "case", label: "Case", class: "case", value: (row) => row.series.name,
      cell: (row) => [h("a", {href: seriesAddress(row.series), class: "code"}, brokenName(row.series.name)),
        devices > 1 && h("span", {class: "device"}, row.series.device)]},
    {key: "verdict", label: "Verdict", value: (row) => kUrgency.indexOf(row.series.word), cell: (row) => verdictBadge(row.series.word)},
    {key: "change", label: "Change", class: "right", value: (row) => row.series.change,
      cell: (row) => [changeText(row.series.change, row.series.json.newest?.change_ci),
        h("span", {class: "interval"}, changeIntervalText(row.series.json.newest?.change_ci))]},
    {key: "median", label: "Newest median", class: "right", value: (row) => row.series.median.at(-1) ?? null,
      cell: (row) => h("span", {class: "number"}, timeText(row.series.median.at(-1) ?? null))},
    {key: "baseline", label: "Baseline", class: "right", value: (row) => row.series.standing,
      cell: (row) => h("span", {class: "number"}, timeText(row.series.standing))},
    {key: "runs", label: "Runs", class: "right", value: (row) => row.series.length, cell: (row) => row.series.length.toLocaleString("en")},
    {key: "history", label: "History", class: "history", cell: (row) => sparkline(row.series)},
  ];
  return columns;
}

function stateFilter(rows, current, choose) {
  const counts = {};
  for (const row of rows) counts[row.series.word] = (counts[row.series.word] ?? 0) + 1;
  const words = {all: `all ${rows.length}`};
  for (const word of kUrgency.filter((one) => counts[one]))
    words[word || "none"] = `${kVerdicts[word]?.sign ?? ""} ${word.replace("_", " ") || "not judged"} ${counts[word]}`.trim();
  return choice("Show cases by verdict", words, current in words ? current : "all", choose);
}

function overviewView(history, state) {
  const rows = history.series.map((series) => ({series}));
  if (rows.length === 0) return {element: nothingYet(history)};
  const devices = new Set(history.series.map((one) => one.device));
  let search = state.search ?? "";
  let word = state.verdict ?? "all";
  const number = h("p", {class: "quiet", role: "status"});
  const table = sortableTable({caption: "Cases", columns: overviewColumns(devices.size), rows,
    sort: {key: state.sort ?? "verdict", down: state.down === "1"},
    onsort: (sort) => keepState({sort: sort.key, down: sort.down ? "1" : ""})});
  function narrow() {
    const words = search.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = rows.filter(({series}) =>
      (word === "all" || (series.word || "none") === word) &&
      words.every((one) => `${series.name} ${series.device}`.toLowerCase().includes(one)));
    table.show(shown);
    number.textContent = shown.length === rows.length ? "" : `${shown.length} of ${counted(rows.length, "case")}`;
    keepState({search, verdict: word === "all" ? "" : word});
  }
  const box = h("input", {type: "search", placeholder: "Search cases", "aria-label": "Search cases", value: search,
    oninput: (event) => { search = event.target.value; narrow(); }});
  const element = [
    h("h1", {}, "Cases"),
    h("p", {class: "quiet"}, `${counted(rows.length, "case")} on ${[...devices].join(", ")}; `,
      `${counted(history.commitCount, "commit")}, ${counted(history.commitOfRun.length, "run")}.`, besideText(history)),
    h("div", {class: "tools"}, box, stateFilter(rows, word, (one) => { word = one; narrow(); })),
    number,
    h("div", {class: "scroll", tabindex: "0", role: "region", "aria-label": "Cases"}, table.element)];
  narrow();
  return {element};
}

function besideText(history) {
  const left = history.json.points_beside ?? 0;
  return left > 0 ? ` ${counted(left, "point")} of commits beside this line ${left === 1 ? "is" : "are"} left out.` : "";
}

function nothingYet(history) {
  return [h("h1", {}, "No history yet"),
    h("p", {}, "The database holds no runs on this line of history. Record one with ", h("code", {}, "ratchet record"),
      ", then write this page again.", besideText(history)),
    h("p", {class: "quiet"}, `Written by ${history.json.tool}, ${instantText(history.json.made_at)}.`)];
}
