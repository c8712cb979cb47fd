// Numbers as people read them, as src/report/units.cpp prints them. Everywhere else times are ns and changes are ratios.

const kMinus = "\u2212";
const kDash = "\u2013";

function signed(text, negative) {
  return (negative ? kMinus : "+") + text;
}

const kUnits = [["ns", 1], ["us", 1e3], ["ms", 1e6], ["s", 1e9]];

function unitOf(ns) {
  return kUnits.findLast(([, one]) => ns >= one) ?? kUnits[0];
}

// "47.91 us": four digits, the unit that fits.
function timeText(ns) {
  if (ns === null || !Number.isFinite(ns)) return kDash;
  const [unit, scale] = unitOf(ns);
  return `${fourDigits(ns / scale)} ${unit}`;
}

function wholeDigits(value) {
  return Math.floor(Math.log10(Math.max(value, 1))) + 1;
}

function fourDigits(value) {
  return value.toFixed(Math.max(0, 4 - wholeDigits(value)));
}

// "+1.83 %"; three decimals below 0.1 %.
function percentText(ratio) {
  if (ratio === null || ratio === undefined || !Number.isFinite(ratio)) return kDash;
  const percent = Math.abs(ratio * 100);
  const text = percent.toFixed(percent < 0.1 ? 3 : 2);
  return Number(text) === 0 ? "0 %" : `${signed(text, ratio < 0)} %`;
}

// "[47.88, 47.95] us": the unit of the upper end.
function intervalText(low, high) {
  const [unit, scale] = unitOf(high);
  const decimals = Math.max(0, 4 - wholeDigits(high / scale));
  return `[${(low / scale).toFixed(decimals)}, ${(high / scale).toFixed(decimals)}] ${unit}`;
}

function changeIntervalText(interval) {
  if (!interval) return "";
  return `[${percentText(interval[0]).replace(" %", "")}, ${percentText(interval[1]).replace(" %", "")}] %`;
}

function bytesText(bytes) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let at = 0;
  for (; bytes >= 1024 && at + 1 < units.length; ++at) bytes /= 1024;
  return `${fourDigits(bytes).replace(/\.?0+$/, "")} ${units[at]}`;
}

function bandwidthText(bytes, ns) {
  return `${fourDigits(bytes / ns)} GB/s`;
}

function probabilityText(p) {
  return `${Number((p * 100).toPrecision(3))} %`;
}

// A text that is no instant is shown as it came.
function instantText(text) {
  const at = Date.parse(text);
  return Number.isNaN(at) ? text : new Date(at).toISOString().slice(0, 16).replace("T", " ") + " UTC";
}

function dayText(seconds) {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}

function shortSha(sha) {
  return sha.slice(0, 10);
}

function counted(n, noun) {
  return `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : noun.endsWith("ch") ? "es" : "s"}`;
}

// A sign for each word, so that colour is never the only one.
const kVerdicts = {
  held: {sign: "\u2713", tone: "good", about: "proven less than the tolerance slower"},
  improved: {sign: "\u25bc", tone: "good", about: "proven faster"},
  regressed: {sign: "\u25b2", tone: "bad", about: "proven slower"},
  inconclusive: {sign: "?", tone: "doubt", about: "measured, and not enough to tell"},
  new: {sign: "+", tone: "plain", about: "the baseline does not have the case"},
  no_baseline: {sign: "\u25cb", tone: "doubt", about: "nothing usable to compare with"},
  missing: {sign: "!", tone: "bad", about: "the candidate does not have the case"},
  invalid: {sign: "\u2715", tone: "bad", about: "failed, wrong, or too fast to be true"},
  accepted: {sign: "\u25b3", tone: "doubt", about: "would not pass; a person let it through with a reason"},
  identical: {sign: "=", tone: "plain", about: "same machine code: not measured"},
};
// What asks for a person first.
const kUrgency = ["regressed", "invalid", "missing", "inconclusive", "no_baseline", "accepted", "improved", "new", "held",
  "identical", ""];
