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

// Axes in the theme's colours: round numbers, whole ones where a place is a commit.
function axesOf({x, y}, palette) {
  const common = {stroke: palette.faint, grid: {stroke: palette.grid, width: 1}, ticks: {stroke: palette.grid, width: 1, size: 5},
    font: "12px system-ui, sans-serif"};
  const timed = {space: 110, values: (u, splits, at, space, increment) => splits.map((one) => monthOrDay(one, increment))};
  const numbered = {splits: (u, at, min, max) => niceSplits(min, max, Math.max(2, u.width / 110), x.whole ? 1 : 0),
    values: (u, splits) => splits.map(x.text)};
  return [{...common, size: 38, ...(x.time ? timed : numbered)},
    {...common, size: 76, filter: (u, splits) => splits,
      splits: (u, at, min, max) => (y.log ? logSplits : niceSplits)(min, max, Math.max(3, u.height / 60)),
      values: (u, splits) => splits.map((one) => y.text(one, splits))}];
}

// What is shown of the vertical scale for values from min to max, with some air above and below.
function airyRange({log, clamp, leastSpan}, min, max) {
  if (clamp) return clamp;
  if (min === null) return [0, 1];
  if (log) {
    const air = Math.max((max / min) ** 0.06, 1.002);
    return [min / air, max * air];
  }
  const least = leastSpan?.(min, max) ?? 0;
  const air = Math.max((max - min) * 0.08, (least - (max - min)) / 2, Math.abs(max) * 1e-6);
  return [min - air, max + air];
}

// spec: {label, height(width), data, series(palette), bands(palette), roof, x: {time, whole, full, text(value)},
// y: {log, text(value, splits), leastSpan(min, max), clamp}, draw(u, palette), card(index), zoom: [min, max] or null,
// onzoom(range or null)}
class Chart {
  constructor(host, spec) {
    Object.assign(this, {host, spec, xs: spec.data[0], active: null, keyed: false});
    this.palette = colours();
    this.card = h("div", {class: "card", hidden: true});
    this.spoken = h("div", {class: "unseen", role: "status", "aria-live": "polite"});
    this.board = h("div", {class: "board", tabindex: "0", role: "application", "aria-roledescription": "chart",
      "aria-label": spec.label, onkeydown: (event) => this.onKey(event), onmouseleave: () => this.point(null),
      onblur: () => this.point(null)});
    host.replaceChildren(this.board, this.spoken);
    this.plot = new uPlot(this.options(), spec.data, this.board);
    this.board.append(this.card);
    if (spec.zoom) this.zoomTo(...spec.zoom);
    this.observer = new ResizeObserver(() => {
      if (host.clientWidth > 0 && host.clientWidth !== this.plot.width) this.plot.setSize(this.size());
    });
    this.observer.observe(host);
  }

  options() {
    const {spec, palette, xs} = this;
    const xRange = (u, min, max) => min === null || (min <= xs[0] && max >= xs[xs.length - 1]) ? spec.x.full
      : [Math.max(spec.x.full[0], min), Math.min(spec.x.full[1], max)];
    return {
      ...this.size(),
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
      legend: {show: false},
      padding: [spec.roof ?? 12, 14, 0, 0],
      cursor: {drag: {x: true, y: false}, points: {size: 9, fill: palette.paper}, y: false},
      scales: {x: {time: spec.x.time, range: xRange},
        y: {distr: spec.y.log ? 3 : 1, range: (u, min, max) => airyRange(spec.y, min, max)}},
      series: [{}, ...spec.series(palette)],
      bands: spec.bands?.(palette),
      axes: axesOf(spec, palette),
      hooks: {
        setCursor: [(u) => { if (!this.keyed) this.point(u.cursor.left >= 0 ? u.cursor.idx : null); }],
        setScale: [(u, key) => { if (key === "x") this.zoomed(u.scales.x); }],
        draw: [(u) => spec.draw?.(u, palette)],
      },
    };
  }

  size() {
    const width = Math.max(240, this.host.clientWidth);
    return {width, height: this.spec.height(width)};
  }

  get shown() {
    const {min, max} = this.plot.scales.x;
    return min === null ? this.spec.x.full : [min, max];  // uPlot scales a moment after it was made
  }

  zoomed({min, max}) {
    const [first, last] = this.spec.x.full;
    this.spec.onzoom?.(min <= first && max >= last ? null : [min, max]);
  }

  // Shows the card of a point beside it; null hides it.
  point(index) {
    const {card, board, plot} = this;
    this.active = index ?? null;
    card.hidden = this.active === null;
    if (card.hidden) return;
    card.replaceChildren(...this.spec.card(index).flat().filter(Boolean));
    const left = plot.valToPos(this.xs[index], "x") + plot.over.offsetLeft;
    const right = left > board.clientWidth / 2;
    card.style.left = right ? "auto" : `${left + 16}px`;
    card.style.right = right ? `${board.clientWidth - left + 16}px` : "auto";
  }

  // A point chosen by keys is brought into view, shown and spoken.
  select(index) {
    const {plot, xs} = this;
    this.keyed = true;
    const at = Math.min(xs.length - 1, Math.max(0, index));
    const [min, max] = this.shown;
    if (xs[at] < min || xs[at] > max) this.zoomTo(xs[at] - (max - min) / 2, xs[at] + (max - min) / 2);
    plot.batch(() => plot.setCursor({left: plot.valToPos(xs[at], "x"), top: plot.over.clientHeight / 2}));
    this.point(at);
    this.spoken.textContent = this.card.innerText.replace(/\s*\n\s*/g, ", ");
    this.keyed = false;
  }

  zoomTo(min, max) {
    const [first, last] = this.spec.x.full;
    if (!(max - min >= (last - first) / 1e5)) return;
    // At once, not in the next task: the cursor is placed by the new scale.
    this.plot.batch(() => this.plot.setScale("x", {min: Math.max(first, min), max: Math.min(last, max)}));
  }

  zoomBy(factor) {
    const [min, max] = this.shown;
    const middle = this.active === null ? (min + max) / 2 : this.xs[this.active];
    this.zoomTo(middle - (middle - min) * factor, middle + (max - middle) * factor);
  }

  reset() {
    this.zoomTo(...this.spec.x.full);
  }

  // Keys begin at the end of what is shown.
  step(by) {
    const [min, max] = this.shown;
    const start = by > 0 ? this.xs.findIndex((x) => x >= min) : this.xs.findLastIndex((x) => x <= max);
    this.select(this.active === null ? start : this.active + by);
  }

  onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || this.xs.length === 0) return;
    const stride = event.shiftKey ? 10 : 1;
    const keys = {
      ArrowLeft: () => this.step(-stride), ArrowRight: () => this.step(stride),
      Home: () => this.select(0), End: () => this.select(this.xs.length - 1),
      "+": () => this.zoomBy(0.5), "=": () => this.zoomBy(0.5), "-": () => this.zoomBy(2),
      "0": () => this.reset(), Escape: () => this.reset(),
    };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  }

  destroy() {
    this.observer.disconnect();
    this.plot.destroy();
  }
}

function zoomButtons(chart) {
  const button = (text, label, act) => h("button", {type: "button", "aria-label": label, title: label, onclick: act}, text);
  return h("div", {class: "choice", role: "group", "aria-label": "Zoom"},
    button("+", "Zoom in", () => chart().zoomBy(0.5)), button("\u2212", "Zoom out", () => chart().zoomBy(2)),
    button("Reset", "Reset the zoom", () => chart().reset()));
}
