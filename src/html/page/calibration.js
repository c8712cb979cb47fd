// What a verdict of this machine is worth: how often identical code was called regressed, and how surely a planted
// slowdown was found.

function rateText({hits, trials, interval}) {
  if (trials === 0) return kDash;
  const range = interval ? ` [${probabilityText(interval[0])}, ${probabilityText(interval[1])}]` : "";
  return `${hits} of ${trials}${range}`;
}

// A curve through what was measured, with identical code as its first point.
function powerPoints(one) {
  return [{change: 0, measured: one.false_alarms.measured, resampled: one.false_alarms.resampled}, ...one.power]
    .filter((point) => point.measured.trials > 0 || point.resampled.trials > 0).sort((a, b) => a.change - b.change);
}

function powerChart(host, one) {
  const points = powerPoints(one);
  const rate = ({trials, rate: value}) => trials > 0 ? value : null;
  const end = (at) => points.map(({measured}) => measured.trials > 0 ? measured.interval[at] : null);
  const xs = Float64Array.from(points, (point) => point.change);
  return new Chart(host, {
    label: `Power curve of ${one.case}: how often a planted slowdown was found. Arrow keys walk from one to the next.`,
    height: (width) => width < 600 ? 280 : 340,
    data: [xs, end(0), end(1), points.map((point) => rate(point.resampled)), points.map((point) => rate(point.measured))],
    series: (palette) => [{stroke: "transparent", points: {show: false}}, {stroke: "transparent", points: {show: false}},
      {stroke: palette.baseline, width: 2, dash: [7, 4], points: {show: true, size: 7, fill: palette.paper}},
      {stroke: palette.median, width: 2, points: {show: true, size: 8, fill: palette.median}}],
    bands: (palette) => [{series: [2, 1], fill: palette.band}],
    x: {time: false, full: fullRange(xs), text: (change) => percentText(change)},
    y: {clamp: [-0.02, 1.04], text: (share) => `${Math.round(share * 100)} %`},
    card: (at) => [h("p", {class: "subject"}, points[at].change === 0 ? "identical code" : `${percentText(points[at].change)} slower`),
      h("dl", {}, h("div", {}, h("dt", {}, "found"), h("dd", {}, rateText(points[at].measured))),
        h("div", {}, h("dt", {}, "resampled"), h("dd", {}, rateText(points[at].resampled))))],
  });
}

function powerTable(one) {
  return plainTable(`Power of ${one.case}`, ["Planted", "Measured change", "Found", "Resampled"], powerPoints(one).map((point) =>
    [point.planted_percent === undefined ? "identical" : `${point.planted_percent} %`, percentText(point.change),
      rateText(point.measured), rateText(point.resampled)]));
}

function calibrationSection({device, document: json}) {
  const host = h("div", {class: "chart"});
  let chart = null;
  let current = json.cases[0];
  const numbers = tableBehind("The numbers behind the curve", () => powerTable(current));
  const draw = () => {
    chart?.destroy();
    chart = powerChart(host, current);
    numbers.refresh();
  };
  const table = sortableTable({caption: `Cases calibrated on ${device}`, rows: json.cases.map((one) => ({one})), sort: {key: "case", down: false}, columns: [
    {key: "case", label: "Case", class: "case", value: ({one}) => one.case, cell: ({one}) => h("span", {class: "code"}, one.case)},
    {key: "alarms", label: "Identical code called regressed", class: "right", value: ({one}) => one.false_alarms.measured.rate, cell: ({one}) => rateText(one.false_alarms.measured)},
    {key: "held", label: "Called held", class: "right", value: ({one}) => one.held.measured.rate, cell: ({one}) => rateText({...one.held.measured, interval: null})},
    {key: "detectable", label: "Smallest detectable slowdown", class: "right", value: ({one}) => one.detectable ?? null, cell: ({one}) => percentText(one.detectable)},
    {key: "launches", label: "Launches to a verdict", class: "right", value: ({one}) => one.launches, cell: ({one}) => one.launches.toFixed(1)}]});
  const alarms = json.false_alarms.measured;
  const element = h("section", {},
    h("h2", {}, device),
    h("p", {class: "headline"}, h("b", {}, `${alarms.hits} of ${counted(alarms.trials, "check")}`), " of identical code failed",
      alarms.trials > 0 && `: a rate of ${probabilityText(alarms.rate)}, with 95 % confidence between ${probabilityText(alarms.interval[0])} and ${probabilityText(alarms.interval[1])}`,
      `. The policy promises at most ${probabilityText(json.policy.alpha)}.`),
    h("p", {class: "quiet"}, `${instantText(json.made_at)}; ${counted(json.launches, "launch")} of identical code, `,
      `${json.launches_per_check.toFixed(1)} launches and ${json.seconds_per_check.toFixed(1)} s a check.`),
    h("div", {class: "scroll", tabindex: "0", role: "region", "aria-label": `Calibration of ${device}`}, table.element),
    h("div", {class: "tools"}, h("label", {}, "Power curve of ", h("select", {onchange: (event) => {
      current = json.cases[Number(event.target.value)];
      draw();
    }}, json.cases.map((one, at) => h("option", {value: at}, one.case)))), zoomButtons(() => chart)),
    h("figure", {}, host, h("figcaption", {class: "quiet"},
      "How often a slowdown of a size was called regressed: solid as measured, with its 95 % interval; dashed resampled from the same launches.")),
    numbers);
  return {element, draw, destroy: () => chart?.destroy()};
}

function calibrationView(history) {
  const sections = history.json.calibrations.filter((one) => one.document.cases?.length > 0).map(calibrationSection);
  const none = h("p", {}, "No calibration is recorded. ", h("code", {}, "ratchet calibrate"),
    " measures this machine's own false-alarm rate and the smallest slowdown that it finds.");
  return {
    element: [h("h1", {}, "Calibration"), sections.length > 0 ? sections.map((one) => one.element) : none],
    attached: () => sections.forEach((one) => one.draw()),
    dispose: () => sections.forEach((one) => one.destroy()),
  };
}
