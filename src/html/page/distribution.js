// The samples of two runs as cumulative distributions, each launch a line of its own: whether a change lies in all
// launches, or in one of them, or in a second mode.

function distributionsOf(series) {
  const {history} = series;
  return history.json.samples.filter((one) => one.series === series.index).map((one) => {
    const launches = one.launches.map((packed) => column(packed, Float32Array).sort());
    const commit = history.commitOfRun[one.run];
    return {run: one.run, launches, pooled: Float32Array.from(launches.flatMap((launch) => Array.from(launch))).sort(),
      name: `${shortSha(history.commits.sha[commit])} ${history.commits.subject[commit]}`.slice(0, 70),
      sha: shortSha(history.commits.sha[commit])};
  });
}

// The share of `sorted` at or below each of xs.
function shares(sorted, xs) {
  let below = 0;
  return Float64Array.from(xs, (x) => {
    while (below < sorted.length && sorted[below] <= x) ++below;
    return below / sorted.length;
  });
}

function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

function distributionChart(host, pair) {
  const xs = Float64Array.from(new Set(pair.flatMap((one) => Array.from(one.pooled)))).sort();
  const lines = pair.flatMap((one, side) => [
    ...one.launches.map((launch, at) => ({side, sorted: launch, name: `${one.sha}, launch ${at + 1}`, thin: true})),
    {side, sorted: one.pooled, name: `${one.sha}, all launches`}]);
  const data = [xs, ...lines.map((one) => shares(one.sorted, xs))];
  return new Chart(host, {
    label: `Distribution of the samples of ${pair.map((one) => one.sha).join(" and ")}. Arrow keys walk along the times.`,
    height: (width) => width < 600 ? 280 : 340,
    data,
    series: (palette) => lines.map((one) => ({stroke: one.side ? palette.baseline : palette.median, width: one.thin ? 1 : 3,
      alpha: one.thin ? 0.55 : 1, dash: one.side ? [7, 4] : [], paths: uPlot.paths.stepped({align: 1}), points: {show: false}})),
    x: {time: false, full: fullRange(xs), text: timeText},
    y: {clamp: [0, 1.02], text: (share) => `${Math.round(share * 100)} %`},
    card: (at) => [h("p", {class: "subject"}, timeText(xs[at])), h("dl", {}, pair.map((one, side) => {
      const line = lines.findIndex((other) => other.side === side && !other.thin);
      const launches = lines.map((other, i) => (other.side === side && other.thin ? data[i + 1][at] : null)).filter((share) => share !== null);
      const percent = (share) => `${(share * 100).toFixed(0)} %`;
      return h("div", {}, h("dt", {}, `${one.sha} at or below`), h("dd", {}, percent(data[line + 1][at]),
        ` (launches ${percent(Math.min(...launches))} to ${percent(Math.max(...launches))})`));
    }))],
  });
}

function launchTable(pair) {
  return plainTable("Launches", ["Run", "Launch", "Samples", "5 %", "Median", "95 %"],
    pair.flatMap((one) => one.launches.map((launch, at) => [one.name, at + 1, launch.length,
      timeText(quantile(launch, 0.05)), timeText(quantile(launch, 0.5)), timeText(quantile(launch, 0.95))])));
}

function distributionSection(series) {
  const all = distributionsOf(series);
  const title = h("h2", {}, "Distribution of the samples");
  if (all.length === 0)
    return [title, h("p", {class: "quiet"}, "This file holds no samples of the case. ",
      h("code", {}, "ratchet report --html FILE --samples RUN"), " puts a run's samples in; given twice, two runs are shown on each other.")];
  const host = h("div", {class: "chart"});
  const chosen = [all.length > 1 ? all.length - 2 : 0, all.length - 1];
  let chart = null;
  const pair = () => [...new Set(chosen)].map((at) => all[at]);
  const table = tableBehind("The launches behind the chart", () => launchTable(pair()));
  const draw = () => {
    chart?.destroy();
    chart = distributionChart(host, pair());
    table.refresh();
  };
  const pick = (side, label) => h("label", {}, h("span", {class: `key side${side}`, "aria-hidden": "true"}), label,
    h("select", {onchange: (event) => { chosen[side] = Number(event.target.value); draw(); }},
      all.map((one, at) => h("option", {value: at, selected: chosen[side] === at}, one.name))));
  // The chart needs its width, which it has once the view is in the page.
  const observer = new ResizeObserver(() => {
    if (host.clientWidth === 0) return;
    observer.disconnect();
    draw();
  });
  observer.observe(host);
  return [title, h("div", {class: "tools"}, pick(0, "solid"), pick(1, "dashed"), zoomButtons(() => chart)),
    h("figure", {}, host, h("figcaption", {class: "quiet"},
      "Share of the samples at or below a time: thick of all launches together, thin of each launch.")), table];
}
