// What happened in a series, and the signs for it in the chart: each has a letter, a shape and a line of its own in the
// list below the chart.

// Oldest first: {tag, kind, point, x (an index with a half for between two points), title, detail, change}
function happenings(series) {
  const found = [];
  for (const {point, what} of series.breaks)
    found.push({kind: "environment", letter: "E", point, title: "another environment", detail: what.join("; ")});
  for (const [at, step] of series.steps.entries()) {
    const before = series.steps[at - 1];
    const change = before && before.kind !== "retired" && step.median_ns ? step.median_ns / before.median_ns - 1 : null;
    const titles = {set: "baseline set", advanced: "baseline advanced", accepted: "slowdown accepted", retired: "baseline retired"};
    found.push({kind: step.kind, letter: step.kind === "accepted" ? "A" : "B", point: step.point, title: titles[step.kind] ?? step.kind,
      detail: [step.actor && `by ${step.actor}`, instantText(step.moved_at)].filter(Boolean).join(", "), change,
      level: step.median_ns, reason: step.reason});
  }
  for (const one of series.changePoints) {
    const change = one.after_ns / one.before_ns - 1;
    found.push({kind: "change", letter: "C", point: one.point, title: change > 0 ? "level rose" : "level fell",
      detail: `from ${timeText(one.before_ns)} to ${timeText(one.after_ns)}`, change, level: one.after_ns});
  }
  for (const {point, since, slower} of series.drifts)
    found.push({kind: "drift", letter: "D", point, title: `slow drift, ${slower ? "slower" : "faster"}`,
      detail: `small steps beside the baseline add up, probably since ${shortSha(since)}`});
  found.sort((a, b) => a.point - b.point);
  const numbers = {};
  for (const one of found) one.tag = one.letter + (numbers[one.letter] = (numbers[one.letter] ?? 0) + 1);
  return found;
}

const kTagRows = 3;

// The tags of marks stand above the plot, in up to three rows where they would cover each other.
function tagWriter(u, palette) {
  const ends = [];
  const scale = devicePixelRatio;
  return (x, tag, colour) => {
    const ctx = u.ctx;
    ctx.font = `600 ${11 * scale}px system-ui, sans-serif`;
    const half = (ctx.measureText(tag).width + 8 * scale) / 2;
    let row = 0;
    while (row < kTagRows && ends[row] > x - half) ++row;
    if (row === kTagRows) return;
    ends[row] = x + half + 2 * scale;
    const top = u.bbox.top - (row + 1) * 17 * scale;
    ctx.fillStyle = colour;
    ctx.beginPath();
    ctx.roundRect(x - half, top, 2 * half, 15 * scale, 4 * scale);
    ctx.fill();
    ctx.fillStyle = palette.paper;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.fillText(tag, x, top + 8 * scale);
  };
}

function upright(u, x, colour, dash, width) {
  const ctx = u.ctx;
  ctx.strokeStyle = colour;
  ctx.lineWidth = width * devicePixelRatio;
  ctx.setLineDash(dash.map((one) => one * devicePixelRatio));
  ctx.beginPath();
  ctx.moveTo(x, u.bbox.top);
  ctx.lineTo(x, u.bbox.top + u.bbox.height);
  ctx.stroke();
  ctx.setLineDash([]);
}

function shape(u, x, y, kind, up, colour, paper) {
  const ctx = u.ctx;
  const r = 6.5 * devicePixelRatio;
  ctx.beginPath();
  if (kind === "diamond") {
    ctx.moveTo(x, y - r), ctx.lineTo(x + r, y), ctx.lineTo(x, y + r), ctx.lineTo(x - r, y);
  } else {
    const s = up ? 1 : -1;
    ctx.moveTo(x, y - r * s), ctx.lineTo(x + r, y + r * 0.8 * s), ctx.lineTo(x - r, y + r * 0.8 * s);
  }
  ctx.closePath();
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.strokeStyle = kind === "hollow" ? colour : paper;
  ctx.fillStyle = kind === "hollow" ? paper : colour;
  ctx.fill();
  ctx.stroke();
}

// The other moves of the baseline are plain in its staircase.
const kMarkColours = {environment: "environment", change: "mark", accepted: "baseline", retired: "baseline", drift: "mark"};

// xOf(index) and yOf(ns): positions in the chart's scales.
function drawMarks(u, palette, marks, xOf, yOf) {
  const {min, max} = u.scales.x;
  const write = tagWriter(u, palette);
  const ctx = u.ctx;
  ctx.save();
  for (const mark of marks) {
    const at = xOf(mark);
    if (at < min || at > max || !(mark.kind in kMarkColours)) continue;
    const x = u.valToPos(at, "x", true);
    const colour = palette[kMarkColours[mark.kind]];
    const y = mark.level ? u.valToPos(yOf(mark.level), "y", true) : null;
    const inside = y !== null && y >= u.bbox.top && y <= u.bbox.top + u.bbox.height;
    upright(u, x, colour, {environment: [6, 4], change: [1, 3], drift: [8, 3, 1, 3]}[mark.kind] ?? [2, 2], mark.kind === "environment" ? 1.5 : 1);
    if (inside && mark.kind === "change") shape(u, x, y, "diamond", true, colour, palette.paper);
    if (inside && mark.kind === "accepted") shape(u, x, y - 13 * devicePixelRatio, "hollow", true, colour, palette.paper);
    write(x, mark.tag, colour);
  }
  ctx.restore();
}

function swatch(kind) {
  const drawings = {
    median: [svg("path", {d: "M1 8H23", class: "median"})],
    band: [svg("rect", {x: 1, y: 3, width: 22, height: 10, class: "band"})],
    baseline: [svg("path", {d: "M1 4H12V12H23", class: "baseline"})],
    accepted: [svg("path", {d: "M12 3L18 13H6Z", class: "accepted"})],
    change: [svg("path", {d: "M12 2L18 8L12 14L6 8Z", class: "change"})],
    environment: [svg("path", {d: "M12 0V16", class: "environment"})],
    drift: [svg("path", {d: "M12 0V16", class: "drift"})],
    regressed: [svg("path", {d: "M12 4L16 11H8Z", class: "regressed"})],
    improved: [svg("path", {d: "M12 12L16 5H8Z", class: "improved"})],
  };
  return svg("svg", {viewBox: "0 0 24 16", width: 24, height: 16, "aria-hidden": "true", class: "swatch"}, drawings[kind]);
}
