// What every chart here shares: zoom by drag, keys and buttons, a card for the point under the cursor, axes that read
// well, and the theme's colours. A chart knows no benchmarks.

function colours() {
  const style = getComputedStyle(document.documentElement);
  const names = ["ink", "faint", "grid", "paper", "median", "band", "baseline", "good", "bad", "mark", "environment"];
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

// Round numbers about `wanted` to a span; whole ones only when `least` is 1.
function niceSplits(min, max, wanted, least = 0) {
  const rough = (max - min) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(least, power * [1, 2, 5, 10].find((one) => one * power >= rough * 0.999));
  const splits = [];
  for (let at = Math.ceil(min / step); at * step <= max * (1 + 1e-12); ++at) splits.push(at * step);
  return splits;
}

// Over less than a decade round numbers; beyond it 1, 2 and 5 of each.
function logSplits(min, max, wanted) {
  if (max / min < 10) return niceSplits(min, max, wanted);
  const splits = [];
  for (let power = 10 ** Math.floor(Math.log10(min)); power <= max; power *= 10)
    splits.push(...[1, 2, 5].map((one) => one * power).filter((one) => one >= min && one <= max));
  return splits;
}

function monthOrDay(seconds, increment) {
  const text = new Date(seconds * 1000).toISOString();
  if (increment >= 86400 * 28) return text.slice(0, 7);
  return increment >= 86400 ? text.slice(0, 10) : text.slice(5, 16).replace("T", " ");
}

// spec: {label, height, data, series, bands, x: {time, full, text(value)}, y: {log, text(value), leastSpan}, draw(u, palette),
// card(index), zoom: [min, max] or null, onzoom(range or null)}
function makeChart(host, spec) {
  const palette = colours();
  const card = h("div", {class: "card", hidden: true});
  const spoken = h("div", {class: "unseen", role: "status", "aria-live": "polite"});
  const board = h("div", {class: "board", tabindex: "0", role: "application", "aria-roledescription": "chart",
    "aria-label": spec.label, onkeydown: (event) => onKey(event)});
  const [xs] = spec.data;
  const full = spec.x.full;
  let active = null;
  let keyed = false;

  function xRange(u, min, max) {
    if (min === null || (min <= xs[0] && max >= xs[xs.length - 1])) return full;
    return [Math.max(full[0], min), Math.min(full[1], max)];
  }
  function yRange(u, min, max) {
    if (min === null) return [0, 1];
    const least = spec.y.leastSpan?.(min, max) ?? 0;
    if (spec.y.log) {
      const pad = Math.max((max / min) ** 0.06, 1.002);
      return [min / pad, max * pad];
    }
    const pad = Math.max((max - min) * 0.08, (least - (max - min)) / 2, Math.abs(max) * 1e-6);
    return spec.y.clamp ? spec.y.clamp : [min - pad, max + pad];
  }
  const axis = {stroke: palette.faint, grid: {stroke: palette.grid, width: 1}, ticks: {stroke: palette.grid, width: 1, size: 5},
    font: "12px system-ui, sans-serif"};
  const size = () => ({width: Math.max(240, host.clientWidth), height: spec.height(host.clientWidth)});
  const plot = new uPlot({
    ...size(),
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
    legend: {show: false},
    padding: [spec.roof ?? 12, 14, 0, 0],
    cursor: {drag: {x: true, y: false}, points: {size: 9, fill: palette.paper}, y: false},
    scales: {x: {time: spec.x.time, range: xRange}, y: {distr: spec.y.log ? 3 : 1, range: yRange}},
    series: [{}, ...spec.series(palette)],
    bands: spec.bands?.(palette),
    axes: [
      {...axis, size: 38, space: spec.x.time ? 110 : 90,
        ...(spec.x.time ? {values: (u, splits, at, space, increment) => splits.map((one) => monthOrDay(one, increment))}
          : {splits: (u, at, min, max) => niceSplits(min, max, Math.max(2, u.width / 110), spec.x.whole ? 1 : 0),
            values: (u, splits) => splits.map(spec.x.text)})},
      {...axis, size: 76, filter: (u, splits) => splits,
        splits: (u, at, min, max) => (spec.y.log ? logSplits : niceSplits)(min, max, Math.max(3, u.height / 60)),
        values: (u, splits) => splits.map((one) => spec.y.text(one, splits))},
    ],
    hooks: {
      setCursor: [(u) => { if (!keyed) point(u.cursor.left >= 0 ? u.cursor.idx : null); }],
      setScale: [(u, key) => { if (key === "x") zoomed(u); }],
      draw: [(u) => spec.draw?.(u, palette)],
    },
  }, spec.data, board);

  function zoomed(u) {
    const {min, max} = u.scales.x;
    spec.onzoom?.(min <= full[0] && max >= full[1] ? null : [min, max]);
  }
  function point(index) {
    active = index ?? null;
    const shown = index === null || index === undefined ? null : spec.card(index);
    card.hidden = shown === null;
    if (shown === null) return;
    card.replaceChildren(...shown.flat().filter(Boolean));
    const left = plot.valToPos(xs[index], "x") + plot.over.offsetLeft;
    const right = left > board.clientWidth / 2;
    card.style.left = right ? "auto" : `${left + 16}px`;
    card.style.right = right ? `${board.clientWidth - left + 16}px` : "auto";
  }
  function keyTo(index) {
    keyed = true;
    const at = Math.min(xs.length - 1, Math.max(0, index));
    const {min, max} = plot.scales.x;
    if (xs[at] < min || xs[at] > max) {
      const half = (max - min) / 2;
      zoomTo(xs[at] - half, xs[at] + half);
    }
    plot.batch(() => plot.setCursor({left: plot.valToPos(xs[at], "x"), top: plot.over.clientHeight / 2}));
    point(at);
    spoken.textContent = card.innerText.replace(/\s*\n\s*/g, ", ");
    keyed = false;
  }
  function zoomTo(min, max) {
    const least = (full[1] - full[0]) / 1e5;
    // At once, not in the next task: the cursor is placed by the new scale.
    if (max - min >= least) plot.batch(() => plot.setScale("x", {min: Math.max(full[0], min), max: Math.min(full[1], max)}));
  }
  function zoomBy(factor) {
    const {min, max} = plot.scales.x;
    const middle = active === null ? (min + max) / 2 : xs[active];
    zoomTo(middle - (middle - min) * factor, middle + (max - middle) * factor);
  }
  function reset() {
    zoomTo(...full);
  }
  // Where the keys begin: at the end of what is shown.
  function shownEnd(first) {
    const {min, max} = plot.scales.x;
    return first ? xs.findIndex((x) => x >= min) : xs.findLastIndex((x) => x <= max);
  }
  function onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || xs.length === 0) return;
    const stride = event.shiftKey ? 10 : 1;
    const keys = {
      ArrowLeft: () => keyTo(active === null ? shownEnd(false) : active - stride),
      ArrowRight: () => keyTo(active === null ? shownEnd(true) : active + stride),
      Home: () => keyTo(0), End: () => keyTo(xs.length - 1),
      "+": () => zoomBy(0.5), "=": () => zoomBy(0.5), "-": () => zoomBy(2), "0": reset, Escape: reset,
    };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  }
  board.append(card);
  board.addEventListener("mouseleave", () => point(null));
  board.addEventListener("blur", () => point(null));
  host.replaceChildren(board, spoken);
  plot.setSize(size());
  if (spec.zoom) zoomTo(...spec.zoom);
  const observer = new ResizeObserver(() => {
    if (host.clientWidth > 0 && host.clientWidth !== plot.width) plot.setSize(size());
  });
  observer.observe(host);
  return {
    plot, zoomTo, zoomBy, reset, select: keyTo, board,
    destroy() {
      observer.disconnect();
      plot.destroy();
    },
  };
}

function zoomButtons(chart) {
  const button = (text, label, act) => h("button", {type: "button", "aria-label": label, title: label, onclick: act}, text);
  return h("div", {class: "choice", role: "group", "aria-label": "Zoom"},
    button("+", "Zoom in", () => chart().zoomBy(0.5)), button("\u2212", "Zoom out", () => chart().zoomBy(2)),
    button("Reset", "Reset the zoom", () => chart().reset()));
}
