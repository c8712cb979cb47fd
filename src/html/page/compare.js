// Any two commits, case by case, from their recorded medians. A picture and no verdict: sessions differ by more than the
// intervals of their runs tell, and only a duet or `ratchet compare` judges.

function lastPointOf(series, commit) {
  for (let i = series.length - 1; i >= 0; --i) if (series.commit(i) === commit) return i;
  return -1;
}

function comparedRows(history, base, candidate) {
  return history.series.map((series) => {
    const [a, b] = [lastPointOf(series, base), lastPointOf(series, candidate)];
    if (a < 0 && b < 0) return null;
    const both = a >= 0 && b >= 0;
    const apart = both && (series.low[b] > series.high[a] || series.high[b] < series.low[a]);
    return {series, a, b, change: both ? series.median[b] / series.median[a] - 1 : null, apart,
      otherwise: both ? history.differences(series.environment(a), series.environment(b)) : []};
  }).filter(Boolean);
}

function kindOf(row) {
  if (row.change === null) return "one";
  if (!row.apart) return "overlap";
  return row.change > 0 ? "slower" : "faster";
}

const kKinds = {
  slower: {sign: "\u25b2", tone: "bad", text: "slower, intervals apart"},
  faster: {sign: "\u25bc", tone: "good", text: "faster, intervals apart"},
  overlap: {sign: "=", tone: "plain", text: "intervals overlap"},
  one: {sign: "\u25cb", tone: "doubt", text: "in one of them only"},
};

function compareTable(rows, state) {
  const time = (series, point) => point < 0 ? h("span", {class: "faint"}, kDash)
    : [h("span", {class: "number"}, timeText(series.median[point])), h("span", {class: "interval"}, intervalText(series.low[point], series.high[point]))];
  return sortableTable({caption: "Cases of both commits", rows,
    sort: {key: state.sort ?? "change", down: state.down !== "0"},
    onsort: (sort) => keepState({sort: sort.key, down: sort.down ? "1" : "0"}),
    columns: [
      {key: "case", label: "Case", class: "case", value: (row) => row.series.name, cell: (row) => [
        h("a", {class: "code", href: seriesAddress(row.series)}, brokenName(row.series.name)), h("span", {class: "device"}, row.series.device)]},
      {key: "base", label: "Base", class: "right", value: (row) => row.a < 0 ? null : row.series.median[row.a], cell: (row) => time(row.series, row.a)},
      {key: "candidate", label: "Candidate", class: "right", value: (row) => row.b < 0 ? null : row.series.median[row.b], cell: (row) => time(row.series, row.b)},
      {key: "change", label: "Change", class: "right", value: (row) => row.change, cell: (row) => changeText(row.change, row.apart ? null : [0, 0])},
      {key: "size", label: "Size", class: "right", value: (row) => row.change === null ? null : Math.abs(row.change),
        cell: (row) => row.change === null ? kDash : percentText(Math.abs(row.change)).replace("+", "")},
      {key: "kind", label: "Intervals", value: (row) => kindOf(row), cell: (row) => {
        const kind = kKinds[kindOf(row)];
        return [h("span", {class: `verdict ${kind.tone}`}, h("span", {"aria-hidden": "true", class: "sign"}, kind.sign), kind.text),
          row.otherwise.length > 0 && h("span", {class: "interval"}, `other environment: ${row.otherwise.join("; ")}`)];
      }},
    ]});
}

function compareResult(history, base, candidate, state) {
  const rows = comparedRows(history, base, candidate);
  let search = state.search ?? "";
  let kind = state.kind ?? "all";
  const words = {all: `all ${rows.length}`};
  for (const [key, one] of Object.entries(kKinds)) {
    const number = rows.filter((row) => kindOf(row) === key).length;
    if (number > 0) words[key] = `${one.sign} ${one.text} ${number}`;
  }
  if (!(kind in words)) kind = "all";
  const table = compareTable(rows, state);
  function narrow() {
    table.show(rows.filter((row) => (kind === "all" || kindOf(row) === kind) && row.series.name.toLowerCase().includes(search.toLowerCase())));
    keepState({search, kind: kind === "all" ? "" : kind});
  }
  narrow();
  return [
    h("div", {class: "tools"}, h("input", {type: "search", placeholder: "Search cases", "aria-label": "Search cases", value: search,
      oninput: (event) => { search = event.target.value; narrow(); }}),
    choice("Show cases by their intervals", words, kind, (one) => { kind = one; narrow(); })),
    h("div", {class: "scroll", tabindex: "0", role: "region", "aria-label": "Comparison"}, table.element)];
}

const kOffered = 200;

function compareView(history, state) {
  if (history.commitCount === 0) return {element: nothingYet(history)};
  const {sha, subject} = history.commits;
  const result = h("div", {});
  const names = {base: state.base ?? shortSha(sha[Math.max(0, sha.length - 2)]), candidate: state.candidate ?? shortSha(sha.at(-1))};
  const said = {};
  function show() {
    const found = {};
    for (const side of ["base", "candidate"]) {
      found[side] = history.findCommit(names[side].trim());
      said[side].textContent = found[side] < 0 ? "no commit of this page begins like this" : subject[found[side]];
      said[side].classList.toggle("wrong", found[side] < 0);
    }
    keepState({base: names.base, candidate: names.candidate});
    result.replaceChildren(...(found.base < 0 || found.candidate < 0 ? []
      : compareResult(history, found.base, found.candidate, stateOf(location.hash)).flat()));
  }
  const field = (side, label) => {
    said[side] = h("span", {class: "quiet said"});
    return h("label", {class: "field"}, label, h("input", {type: "text", list: "commits", spellcheck: "false", autocomplete: "off", class: "code",
      value: names[side], oninput: (event) => { names[side] = event.target.value; show(); }}), said[side]);
  };
  const offered = sha.map((_, i) => sha.length - 1 - i).slice(0, kOffered);
  const element = [h("h1", {}, "Compare two commits"),
    h("div", {class: "tools"}, field("base", "Base"), field("candidate", "Candidate"),
      h("button", {type: "button", onclick: () => {
        location.hash = addressOf({view: "compare", base: names.candidate, candidate: names.base});
      }}, "Swap"),
      h("datalist", {id: "commits"}, offered.map((i) => h("option", {value: shortSha(sha[i])}, subject[i])))),
    h("p", {class: "quiet"}, "Recorded medians and their intervals, each from a session of its own. This is no verdict: ",
      h("code", {}, "ratchet compare BASE CANDIDATE"), " knows how much sessions differ."),
    result];
  show();
  return {element};
}
