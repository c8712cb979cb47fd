// "ratchet.history/1" as the views read it. Columns stay packed until a series is looked at.

function bytesOf(base64) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; ++i) bytes[i] = text.charCodeAt(i);
  return bytes;
}

function column(base64, Type) {
  const bytes = bytesOf(base64);
  if (Type === Uint8Array) return bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const numbers = new Type(bytes.length / 4);
  for (let i = 0; i < numbers.length; ++i)
    numbers[i] = Type === Float32Array ? view.getFloat32(4 * i, true) : view.getUint32(4 * i, true);
  return numbers;
}

class Series {
  constructor(history, json, index) {
    Object.assign(this, {history, json, index, name: json.case, device: json.device, steps: json.steps});
    Object.assign(this, {breaks: json.breaks, changePoints: json.change_points, drifts: json.drifts});
    this.cached = {};
  }

  packed(key, Type) {
    return (this.cached[key] ??= column(this.json[key], Type));
  }
  get run() { return this.packed("run", Uint32Array); }
  get median() { return this.packed("median_ns", Float32Array); }
  get low() { return this.packed("ci_lo_ns", Float32Array); }
  get high() { return this.packed("ci_hi_ns", Float32Array); }
  get length() { return this.median.length; }

  verdict(point) {
    return this.history.verdictWords[this.packed("verdict", Uint8Array)[point]] ?? "";
  }
  commit(point) { return this.history.commitOfRun[this.run[point]]; }
  environment(point) { return this.history.environmentOfRun[this.run[point]]; }

  // The baseline in force at each point; null where there is none.
  get baseline() {
    if (this.cached.baseline) return this.cached.baseline;
    const values = new Array(this.length).fill(null);
    for (const [at, step] of this.steps.entries()) {
      const end = this.steps[at + 1]?.point ?? this.length;
      values.fill(step.kind === "retired" ? null : step.median_ns, step.point, end);
    }
    return (this.cached.baseline = values);
  }
  get standing() {
    const last = this.steps.at(-1);
    return last && last.kind !== "retired" ? last.median_ns : null;
  }

  // What the newest verdict said.
  get change() { return this.json.newest?.change ?? null; }
  get word() { return this.json.newest?.verdict ?? ""; }
}

const kTold = {driver: "driver", cuda_runtime: "CUDA", clock_policy: "clocks", cpu: "processor", os: "system"};

class HistoryOfCases {
  constructor(json) {
    if (!/^ratchet\.history\/1$/.test(json.format)) throw new Error("this page reads ratchet.history/1");
    this.json = json;
    this.verdictWords = json.verdicts;
    this.commits = json.commits;
    this.commitOfRun = column(json.runs.commit, Uint32Array);
    this.environmentOfRun = column(json.runs.environment, Uint32Array);
    this.dirtyRuns = new Set(json.runs.dirty);
    this.series = json.series.map((one, index) => new Series(this, one, index));
  }

  get commitCount() { return this.commits.sha.length; }

  find(name, device) {
    return this.series.find((one) => one.name === name && (!device || one.device === device));
  }

  // By the first digits of a sha; the newest commit that fits.
  findCommit(prefix) {
    return prefix ? this.commits.sha.findLastIndex((sha) => sha.startsWith(prefix)) : -1;
  }

  // What differs between two environments, in words.
  differences(before, after) {
    const [a, b] = [this.json.environments[before], this.json.environments[after]];
    const what = Object.entries(kTold).filter(([key]) => (a[key] ?? "") !== (b[key] ?? ""))
      .map(([key, word]) => `${word} ${a[key] ?? "unknown"} \u2192 ${b[key] ?? "unknown"}`);
    if ((a.device?.uuid ?? "") !== (b.device?.uuid ?? "")) what.push("another device of the same model");
    return what;
  }

  seconds(commit) { return Date.parse(this.commits.time[commit]) / 1000; }
}

function loadHistory() {
  return new HistoryOfCases(JSON.parse(document.getElementById("document").textContent));
}
