// One case: its baseline as a staircase under the measured medians, and all that happened on the way.

// Positions of the points in the order of the axis. Several runs of a commit stand side by side within its place.
function layOut(series, byDate) {
  const {history} = series;
  const order = Array.from({length: series.length}, (_, i) => i);
  const xs = new Float64Array(series.length);
  if (byDate) {
    const seconds = order.map((i) => history.seconds(series.commit(i)) || Date.parse(history.json.runs.started_at[series.run[i]]) / 1000);
    order.sort((a, b) => seconds[a] - seconds[b] || a - b);
    order.forEach((i, at) => { xs[at] = seconds[i]; });
  } else {
    for (let i = 0; i < xs.length; ++i) {
      const repeated = i > 0 && series.commit(i) === series.commit(i - 1);
      xs[i] = repeated ? xs[i - 1] + (series.commit(i) + 0.6 - xs[i - 1]) / 4 : series.commit(i);
    }
  }
  const place = new Uint32Array(series.length);
  order.forEach((i, at) => { place[i] = at; });
  return {order, xs, place};
}

// Room on both sides, so that the first and the last point are whole.
function fullRange(xs) {
  if (xs.length === 0) return [0, 1];
  const [first, last] = [xs[0], xs[xs.length - 1]];
  const pad = (last - first) * 0.02 || Math.max(1, Math.abs(last) * 1e-9);
  return [first - pad, last + pad];
}

// The unit of the largest split, and as many decimals as tell two splits apart.
function axisTime(ns, splits) {
  const most = splits[splits.length - 1];
  const [unit, scale] = unitOf(most);
  const step = splits.length > 1 ? (splits[1] - splits[0]) / scale : most / scale;
  return `${(ns / scale).toFixed(Math.min(6, Math.max(0, -Math.floor(Math.log10(step) + 1e-9))))} ${unit}`;
}

function axisPercent(ratio, splits) {
  const step = splits.length > 1 ? (splits[1] - splits[0]) * 100 : 1;
  const text = Math.abs(ratio * 100).toFixed(Math.min(4, Math.max(0, -Math.floor(Math.log10(step) + 1e-9))));
  return Number(text) === 0 ? "0 %" : `${signed(text, ratio < 0)} %`;
}

function seriesCard(series, i, marks) {
  const {history} = series;
  const commit = series.commit(i);
  const row = (name, value) => h("div", {}, h("dt", {}, name), h("dd", {}, value));
  const baseline = series.baseline[i];
  const moved = series.breaks.some((one) => one.point === i);
  return [
    h("p", {class: "subject"}, history.commits.subject[commit] || "(no subject)"),
    h("p", {class: "quiet"}, h("span", {class: "code"}, shortSha(history.commits.sha[commit])), " ",
      instantText(history.commits.time[commit] || history.json.runs.started_at[series.run[i]])),
    history.dirtyRuns.has(series.run[i]) && h("p", {class: "event"}, "a work tree with changes"),
    h("dl", {},
      row("median", timeText(series.median[i])),
      row("95 % interval", intervalText(series.low[i], series.high[i])),
      i > 0 && row(moved ? "to previous (other environment)" : "to previous", percentText(series.median[i] / series.median[i - 1] - 1)),
      baseline !== null && row("to the baseline", percentText(series.median[i] / baseline - 1)),
      row("verdict", verdictBadge(series.verdict(i)))),
    marks.filter((one) => one.point === i).map((one) =>
      h("p", {class: "event"}, h("b", {}, one.tag), ` ${one.title}: `, [one.reason, one.detail].filter(Boolean).join(" \u2014 ")))];
}

function pointTable(series, points) {
  const {history} = series;
  return plainTable(`${counted(points.length, "run")} of ${series.name}, in the order of the chart`,
    ["Commit", "Subject", "Commit time", "Median", "95 % interval", "To previous", "Baseline", "To baseline", "Verdict"],
    points.map((i) => {
      const commit = series.commit(i);
      const baseline = series.baseline[i];
      return [h("span", {class: "code"}, shortSha(history.commits.sha[commit])), history.commits.subject[commit],
        instantText(history.commits.time[commit]), timeText(series.median[i]), intervalText(series.low[i], series.high[i]),
        i > 0 ? percentText(series.median[i] / series.median[i - 1] - 1) : kDash, timeText(baseline),
        baseline === null ? kDash : percentText(series.median[i] / baseline - 1), series.verdict(i).replace("_", " ") || kDash];
    }));
}

// A segment that crosses into another environment would tell of a change of the code: there is none.
function brokenAt(series, place) {
  return (u, at, first, last, gaps) => {
    const found = [...gaps];
    for (const {point} of series.breaks) {
      const right = place[point];
      if (right < 1 || place[point - 1] !== right - 1 || right - 1 < first || right > last) continue;
      found.push([u.valToPos(u.data[0][right - 1], "x", true), u.valToPos(u.data[0][right], "x", true)]);
    }
    return found.sort((a, b) => a[0] - b[0]);
  };
}

function drawVerdicts(u, palette, series, order, yOf) {
  const [first, last] = u.series[0].idxs;
  const ctx = u.ctx;
  const r = 4.5 * devicePixelRatio;
  let drawn = -Infinity;
  ctx.save();
  for (let at = first; at <= last; ++at) {
    const word = series.verdict(order[at]);
    if (word !== "regressed" && word !== "improved") continue;
    const up = word === "regressed" ? 1 : -1;
    const x = u.valToPos(u.data[0][at], "x", true);
    if (x < drawn + 2 * r) continue;
    drawn = x;
    const y = u.valToPos(yOf(series.median[order[at]]), "y", true) - up * 13 * devicePixelRatio;
    ctx.beginPath();
    ctx.moveTo(x, y - r * up), ctx.lineTo(x + r, y + r * up), ctx.lineTo(x - r, y + r * up);
    ctx.closePath();
    ctx.fillStyle = up > 0 ? palette.bad : palette.good;
    ctx.fill();
  }
  ctx.restore();
}

function historyChart(host, series, marks, view, onzoom) {
  const {order, xs, place} = layOut(series, view.x === "date");
  const reference = series.standing ?? series.median[0];
  const yOf = view.y === "relative" ? (ns) => ns / reference - 1 : (ns) => ns;
  const pick = (values) => Array.from(order, (i) => values[i] === null ? null : yOf(values[i]));
  const {history} = series;
  return {order, xs, ...makeChart(host, {
    label: `History of ${series.name}: ${counted(series.length, "run")}. Arrow keys walk from run to run, plus and minus zoom, 0 resets.`,
    height: (width) => width < 600 ? 320 : 440,
    roof: marks.length > 0 ? 60 : 14,
    data: [xs, pick(series.low), pick(series.high), pick(series.baseline), pick(series.median)],
    series: (palette) => {
      const gaps = brokenAt(series, place);
      const edge = {stroke: "transparent", width: 0, points: {show: false}, gaps};
      return [edge, edge,
        {stroke: palette.baseline, width: 3, paths: uPlot.paths.stepped({align: 1}), points: {show: series.length === 1}},
        {stroke: palette.median, width: 1.75, gaps, points: {size: 5, fill: palette.median}}];
    },
    bands: (palette) => [{series: [2, 1], fill: palette.band}],
    x: {time: view.x === "date", whole: true, full: fullRange(xs),
      text: (value) => Number.isInteger(value) ? history.commits.sha[value]?.slice(0, 7) ?? "" : ""},
    y: {log: view.scale === "log" && view.y !== "relative", text: view.y === "relative" ? axisPercent : axisTime,
      // Never finer than twice the tolerance: noise within it must look small.
      leastSpan: (min, max) => 2 * series.json.tolerance * (view.y === "relative" ? 1 : (min + max) / 2)},
    zoom: view.from !== undefined && view.to !== undefined ? [Number(view.from), Number(view.to)] : null,
    onzoom,
    card: (at) => seriesCard(series, order[at], marks),
    draw: (u, palette) => {
      const between = ({kind, point}) => {
        const at = Math.min(place[point] ?? xs.length - 1, xs.length - 1);
        return kind === "environment" ? (xs[at] + xs[Math.max(0, at - 1)]) / 2 : xs[at];
      };
      drawMarks(u, palette, marks, between, yOf);
      drawVerdicts(u, palette, series, order, yOf);
    },
  }), place};
}

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

function caseView(history, state) {
  const series = history.find(state.case, state.device);
  if (!series) return {element: [h("h1", {}, "No such case"), h("p", {}, "This page has no case ", h("code", {}, state.case ?? ""), ".")]};
  const marks = happenings(series);
  const host = h("div", {class: "chart"});
  let view = {x: "commit", y: "absolute", scale: "linear", ...state};
  let chart = null;
  let waiting = 0;
  const shownPoints = () => {
    const {min, max} = chart.plot.scales.x;
    return Array.from(chart.order).filter((i, at) => chart.xs[at] >= min && chart.xs[at] <= max);
  };
  const table = tableBehind("The numbers behind the chart", () => pointTable(series, shownPoints()));
  function zoomed(range) {
    // Many a second while a hand moves; the address and the table follow when it rests.
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      keepState({from: range ? range[0].toPrecision(12) : "", to: range ? range[1].toPrecision(12) : ""});
      table.refresh();
    }, 200);
  }
  function draw() {
    chart?.destroy();
    chart = historyChart(host, series, marks, view, zoomed);
  }
  function change(more) {
    view = {...view, ...more};
    if ("x" in more) view.from = view.to = undefined;
    for (const button of scale.querySelectorAll("button")) button.disabled = view.y === "relative";
    keepState({x: view.x === "commit" ? "" : view.x, y: view.y === "absolute" ? "" : view.y, scale: view.scale === "linear" ? "" : view.scale,
      ...("x" in more ? {from: "", to: ""} : {})});
    if (chart && !("x" in more)) {
      const {min, max} = chart.plot.scales.x;
      [view.from, view.to] = [min, max];
    }
    draw();
  }
  function show(mark) {
    const at = chart.place[mark.point];
    const reach = Math.max(1, Math.min(20, series.length / 8));
    const near = (i) => chart.xs[Math.round(Math.min(chart.xs.length - 1, Math.max(0, i)))];
    chart.zoomTo(near(at - reach), near(at + reach));
    chart.board.focus();
    chart.select(at);
  }
  const scale = choice("Scale of the latency axis", {linear: "linear", log: "log"}, view.scale, (one) => change({scale: one}));
  const {newest} = series.json;
  const element = [
    neighbours(series),
    h("h1", {class: "code"}, brokenName(series.name)),
    h("p", {class: "judgement"}, verdictBadge(series.word), " ", newest?.change !== undefined && [changeText(newest.change, newest.change_ci), " ",
      h("span", {class: "interval"}, changeIntervalText(newest.change_ci))],
    newest && h("span", {class: "quiet"}, ` ${instantText(newest.made_at)}`)),
    factList(series),
    h("div", {class: "tools"},
      choice("Horizontal axis", {commit: "by commit", date: "by date"}, view.x, (one) => change({x: one})),
      choice("Latency", {absolute: "absolute", relative: "relative to baseline"}, view.y, (one) => change({y: one})),
      scale, zoomButtons(() => chart)),
    h("figure", {}, host, h("figcaption", {}, legend(series, marks),
      h("p", {class: "quiet keys"}, "Drag to zoom, double-click to reset. Keys: \u2190 \u2192 from run to run, + \u2212 zoom, 0 reset."))),
    table,
    marks.length > 0 && [h("h2", {}, "What happened"),
      h("div", {class: "scroll", tabindex: "0", role: "region", "aria-label": "What happened"}, eventTable(series, marks, show))],
    distributionSection(series, state)];
  for (const button of scale.querySelectorAll("button")) button.disabled = view.y === "relative";
  return {element, attached: series.length > 0 ? draw : null, dispose() { clearTimeout(waiting); chart?.destroy(); }};
}
