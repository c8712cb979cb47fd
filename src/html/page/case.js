// The page of one case: the chart with its controls, and all that happened on the way.

function legend(series, marks) {
  const words = new Set(Array.from({length: series.length}, (_, i) => series.verdict(i)));
  const has = (kind) => marks.some((one) => one.kind === kind);
  const entries = [["median", "median of a run"], ["band", "its 95 % interval"], ["baseline", "baseline in force"],
    has("accepted") && ["accepted", "accepted slowdown"], has("change") && ["change", "lasting change of level"],
    has("drift") && ["drift", "slow drift"], has("environment") && ["environment", "other environment"], words.has("regressed") && ["regressed", "verdict: regressed"],
    words.has("improved") && ["improved", "verdict: improved"]].filter(Boolean);
  return h("ul", {class: "legend", "aria-label": "Legend"},
    entries.map(([kind, text]) => h("li", {}, swatch(kind), text)));
}

function eventTable(series, marks, show) {
  const {history} = series;
  const heads = ["Mark", "What", "Change", "Commit", "Why, or from what to what"];
  const row = (mark) => {
    const commit = mark.point < series.length ? series.commit(mark.point) : null;
    const tag = commit === null ? mark.tag : h("button", {type: "button", class: `tag ${mark.kind}`,
      "aria-label": `Show ${mark.tag} in the chart`, onclick: () => show(mark)}, mark.tag);
    const change = mark.change === null || mark.change === undefined ? "" : percentText(mark.change);
    const where = commit === null ? "" : [h("span", {class: "code"}, shortSha(history.commits.sha[commit])), " ", history.commits.subject[commit]];
    const why = [mark.reason && h("q", {}, mark.reason), mark.reason && " \u2014 ", mark.detail];
    return cardRow([tag, mark.title, change, where, why].map((content, i) => ({label: heads[i], content, class: i === 2 ? "number" : null})));
  };
  return h("table", {class: "events cards", role: "table"}, h("caption", {class: "unseen"}, "What happened to this case"),
    h("thead", {role: "rowgroup"}, h("tr", {role: "row"}, heads.map((one) => h("th", {scope: "col", role: "columnheader"}, one)))),
    h("tbody", {role: "rowgroup"}, marks.toReversed().map(row)));
}

function factList(series) {
  const {json} = series;
  const newest = series.median.at(-1);
  const facts = [["Device", series.device], ["Tolerance", percentText(json.tolerance).replace("+", "")],
    json.bytes && ["Moves", `${bytesText(json.bytes)} a call`],
    json.bytes && newest && ["Bandwidth", bandwidthText(json.bytes, newest)],
    json.l2 && ["L2 cache", json.l2], json.source && ["Source", json.source]].filter(Boolean);
  return h("dl", {class: "facts"}, facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}

function neighbours(series) {
  const all = series.history.series;
  const link = (other, text) => other && h("a", {href: seriesAddress(other), title: other.name}, text);
  return h("p", {class: "neighbours"}, link(all[series.index - 1], "\u2190 previous case"), " ", link(all[series.index + 1], "next case \u2192"));
}

// The chart with its controls, the table behind it and a way to a mark. What the controls say is kept in the address.
class HistoryPanel {
  constructor(series, marks, state) {
    Object.assign(this, {series, marks, chart: null, waiting: 0});
    this.view = {x: "commit", y: "absolute", scale: "linear", ...state};
    this.host = h("div", {class: "chart"});
    this.table = tableBehind("The numbers behind the chart", () => pointTable(series, this.shownPoints()));
    this.scale = choice("Scale of the latency axis", {linear: "linear", log: "log"}, this.view.scale, (scale) => this.change({scale}));
    this.tools = h("div", {class: "tools"},
      choice("Horizontal axis", {commit: "by commit", date: "by date"}, this.view.x, (x) => this.change({x})),
      choice("Latency", {absolute: "absolute", relative: "relative to baseline"}, this.view.y, (y) => this.change({y})),
      this.scale, zoomButtons(() => this.chart));
    this.allowLog();
  }

  // A ratio to the baseline can be negative, and has no logarithm.
  allowLog() {
    for (const button of this.scale.querySelectorAll("button")) button.disabled = this.view.y === "relative";
  }

  shownPoints() {
    const [min, max] = this.chart.shown;
    return Array.from(this.chart.order).filter((i, at) => this.chart.xs[at] >= min && this.chart.xs[at] <= max);
  }

  // Many a second while a hand moves; the address and the table follow when it rests.
  zoomed(range) {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => {
      keepState({from: range ? range[0].toPrecision(12) : "", to: range ? range[1].toPrecision(12) : ""});
      this.table.refresh();
    }, 200);
  }

  draw() {
    this.chart?.destroy();
    this.chart = historyChart(this.host, this.series, this.marks, this.view, (range) => this.zoomed(range));
  }

  change(more) {
    const [from, to] = "x" in more ? [undefined, undefined] : this.chart.shown;
    this.view = {...this.view, from, to, ...more};
    this.allowLog();
    const unless = (value, usual) => value === usual ? "" : value;
    keepState({x: unless(this.view.x, "commit"), y: unless(this.view.y, "absolute"), scale: unless(this.view.scale, "linear")});
    this.draw();
    this.zoomed(this.chart.shown[0] <= this.chart.spec.x.full[0] && this.chart.shown[1] >= this.chart.spec.x.full[1] ? null : this.chart.shown);
  }

  show(mark) {
    const {chart} = this;
    const at = chart.place[mark.point];
    const reach = Math.max(1, Math.min(20, this.series.length / 8));
    const near = (i) => chart.xs[Math.round(Math.min(chart.xs.length - 1, Math.max(0, i)))];
    chart.zoomTo(near(at - reach), near(at + reach));
    chart.board.focus();
    chart.select(at);
  }

  dispose() {
    clearTimeout(this.waiting);
    this.chart?.destroy();
  }
}

function judgement(series) {
  const {newest} = series.json;
  return h("p", {class: "judgement"}, verdictBadge(series.word), " ",
    newest?.change !== undefined && [changeText(newest.change, newest.change_ci), " ",
      h("span", {class: "interval"}, changeIntervalText(newest.change_ci))],
    newest && h("span", {class: "quiet"}, ` ${instantText(newest.made_at)}`));
}

function caseView(history, state) {
  const series = history.find(state.case, state.device);
  if (!series) return {element: [h("h1", {}, "No such case"), h("p", {}, "This page has no case ", h("code", {}, state.case ?? ""), ".")]};
  const head = [neighbours(series), h("h1", {class: "code"}, brokenName(series.name)), judgement(series), factList(series)];
  if (series.length === 0) return {element: [...head, h("p", {}, "No run of this line of history has a sample of this case.")]};
  const marks = happenings(series);
  const panel = new HistoryPanel(series, marks, state);
  const element = [head, panel.tools,
    h("figure", {}, panel.host, h("figcaption", {}, legend(series, marks),
      h("p", {class: "quiet keys"}, "Drag to zoom, double-click to reset. Keys: \u2190 \u2192 from run to run, + \u2212 zoom, 0 reset."))),
    panel.table,
    marks.length > 0 && [h("h2", {}, "What happened"), h("div", {class: "scroll", tabindex: "0", role: "region", "aria-label": "What happened"},
      eventTable(series, marks, (mark) => panel.show(mark)))],
    distributionSection(series)];
  return {element, attached: () => panel.draw(), dispose: () => panel.dispose()};
}
