// The chart of one case: the baseline as a staircase under the measured medians.

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

// Medians with their intervals over the baseline's staircase. `view` is what the controls say; marks are happenings().
function historyChart(host, series, marks, view, onzoom) {
  const places = layOut(series, view.x === "date");
  const {order, xs, place} = places;
  const reference = series.standing ?? series.median[0];
  const relative = view.y === "relative";
  const yOf = relative ? (ns) => ns / reference - 1 : (ns) => ns;
  const pick = (values) => Array.from(order, (i) => values[i] === null ? null : yOf(values[i]));
  const {sha} = series.history.commits;
  // What changed the environment happened between two points.
  const xOf = ({kind, point}) => {
    const at = Math.min(place[point] ?? xs.length - 1, xs.length - 1);
    return kind === "environment" ? (xs[at] + xs[Math.max(0, at - 1)]) / 2 : xs[at];
  };
  const chart = new Chart(host, {
    label: `History of ${series.name}: ${counted(series.length, "run")}. Arrow keys walk from run to run, plus and minus zoom, 0 resets.`,
    height: (width) => width < 600 ? 320 : 440,
    roof: marks.length > 0 ? 60 : 14,
    data: [xs, pick(series.low), pick(series.high), pick(series.baseline), pick(series.median)],
    series: (palette) => historyLines(series, place, palette),
    bands: (palette) => [{series: [2, 1], fill: palette.band}],
    x: {time: view.x === "date", whole: true, full: fullRange(xs), text: (value) => sha[value]?.slice(0, 7) ?? ""},
    // Never finer than twice the tolerance: noise within it must look small.
    y: {log: view.scale === "log" && !relative, text: relative ? axisPercent : axisTime,
      leastSpan: (min, max) => 2 * series.json.tolerance * (relative ? 1 : (min + max) / 2)},
    zoom: view.from !== undefined && view.to !== undefined ? [Number(view.from), Number(view.to)] : null,
    onzoom,
    card: (at) => seriesCard(series, order[at], marks),
    draw: (u, palette) => {
      drawMarks(u, palette, marks, xOf, yOf);
      drawVerdicts(u, palette, series, order, yOf);
    },
  });
  return Object.assign(chart, places);
}

function historyLines(series, place, palette) {
  const gaps = brokenAt(series, place);
  const edge = {stroke: "transparent", width: 0, points: {show: false}, gaps};
  return [edge, edge,
    {stroke: palette.baseline, width: 3, paths: uPlot.paths.stepped({align: 1}), points: {show: series.length === 1}},
    {stroke: palette.median, width: 1.75, gaps, points: {size: 5, fill: palette.median}}];
}
