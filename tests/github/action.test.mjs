// The composite action as the runner would run it, for every event.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, test } from "node:test";
import { Desk, kSame, kSlower } from "./desk.mjs";
import { startGithub } from "./fake.mjs";

async function desk(t, options) {
  const github = await startGithub(options);
  t.after(() => github.close());
  const made = new Desk(t);
  made.github = github;
  made.run = (inputs, extra) => Desk.prototype.run.call(made, "action.yml", inputs, { GITHUB_API_URL: github.url, ...extra });
  return made;
}
const recorded = async (t, options) => {
  const made = await desk(t, options);
  const first = await made.run();
  assert.equal(first.code, 0, first.err);
  return made;
};

describe("action", { concurrency: 4 }, () => {
  test("a push records and says so in outputs and summary, and nothing over the API", async (t) => {
    const made = await desk(t);
    const result = await made.run();
    assert.equal(result.code, 0, result.err);
    assert.equal(result.output.outcome, "pass");
    assert.match(result.summary, /Performance: pass/);
    assert.equal(made.github.requests.length, 0);
    assert.ok(existsSync(join(made.folder, "database", "ratchet.db")));
  });

  test("a pull request that is slower fails, with one comment", async (t) => {
    const made = await recorded(t);
    made.pull(kSlower);
    const result = await made.run();
    assert.equal(result.code, 1, result.err);
    assert.equal(result.output["exit-code"], "1");
    assert.deepEqual(made.github.faults, []);
    assert.equal(made.github.comments.length, 1);
    assert.match(made.github.comments[0].body, /regressed[\s\S]*<!-- ratchet:ratchet -->\n$/);
    assert.ok(existsSync(join(made.folder, "temp", "ratchet-bundle-ratchet", "bundle.json")));
  });

  test("no news makes no comment, and an earlier one is brought up to date", async (t) => {
    const made = await recorded(t);
    made.pull(kSame);
    assert.equal((await made.run()).code, 0);
    assert.equal(made.github.comments.length, 0);
    made.pull(kSlower);
    assert.equal((await made.run()).code, 1);
    made.pull(kSame);
    assert.equal((await made.run()).code, 0);
    assert.equal(made.github.comments.length, 1);
    assert.match(made.github.comments[0].body, /Performance: pass/);
  });

  test("the merge queue is gated alike, without a comment", async (t) => {
    const made = await recorded(t);
    made.pull(kSlower);
    made.queue();
    const result = await made.run();
    assert.equal(result.code, 1, result.err);
    assert.equal(made.github.requests.length, 0);
  });

  test("a fork is refused, or measured for another job to speak", async (t) => {
    const made = await recorded(t);
    made.pull(kSlower, { from: "eve/kernels" });
    const refused = await made.run();
    assert.equal(refused.code, 2);
    assert.match(refused.err, /--allow-fork/);
    const allowed = await made.run({ "allow-fork": "true", token: "" });
    assert.equal(allowed.code, 1, allowed.err);
    assert.equal(made.github.requests.length, 0);
    assert.match(allowed.summary, /not recorded/);
    const manifest = JSON.parse(made.text("temp", "ratchet-bundle-ratchet", "bundle.json"));
    assert.equal(manifest.pull_request, 7);
    assert.equal(manifest.head_sha, made.head);
  });

  test("the check run is asked for, on the branch's tip, and fails what cannot be told", async (t) => {
    const made = await recorded(t);
    made.pull(kSlower);
    assert.equal((await made.run({ "check-run": "true", name: "l4" })).code, 1);
    assert.deepEqual(made.github.faults, []);
    const [run] = made.github.checkRuns;
    assert.equal(run.name, "l4");
    assert.equal(run.head_sha, made.head);
    assert.equal(run.conclusion, "failure");
    assert.equal(run.output.annotations[0].path, "kernels.txt");
    assert.equal(run.output.annotations[0].start_line, 2);
  });

  test("the token is nowhere but in the requests", async (t) => {
    const made = await recorded(t);
    made.pull(kSlower);
    const result = await made.run({ "check-run": "true" }, { ACTIONS_ID_TOKEN_REQUEST_TOKEN: "secret-token", GITHUB_ENV: "/secret-token" });
    const bundle = ["bundle.json", "verdict.json", "duet-0.json"].map((name) => made.text("temp", "ratchet-bundle-ratchet", name));
    const places = [result.out, result.err, result.summary, JSON.stringify(result.output), ...bundle,
                    made.text("work", "build", "environment"), readFileSync(join(made.folder, "database", "ratchet.db"), "latin1")];
    for (const place of places) assert.ok(place.length > 0 && !place.includes("secret-token"));
    assert.ok(made.github.requests.every((request) => !request.url.includes("secret") && !request.body.includes("secret-token")));
  });

  test("names and subjects reach neither the runner nor the page as anything but text", async (t) => {
    const made = await desk(t);
    const evil = "::error::x/<img/src=x>/##[add-mask]y@ann=1";
    made.write("kernels.txt", evil + " 1000\n");
    made.push();
    assert.equal((await made.run()).code, 0);
    made.pull(evil + " 1100\n", { subject: "<script>alert(1)</script> ::error::s @ann #1" });
    const result = await made.run();
    assert.equal(result.code, 1, result.err);
    for (const text of [result.summary, made.github.comments[0].body]) {
      assert.doesNotMatch(text, /<img|<script/);
      assert.doesNotMatch(text.replace(/<pre>[^]*?<\/pre>/g, ""), /@ann/); // GitHub finds no mention in <pre>
    }
    assert.doesNotMatch(result.out, /##\[|^\s*::/m);
    const commands = result.err.split("\n").filter((line) => /^\s*::/.test(line));
    assert.deepEqual(commands.map((line) => line.replace(/[0-9a-f-]{36}/, "T").slice(0, 20)),
                     ["::stop-commands::T", "::T::", "::error file=kernels"]);
  });

  test("without ratchet on the runner the step fails and says what installs it", async (t) => {
    const made = await desk(t);
    const result = await made.run({}, { PATH: "/usr/bin:/bin" });
    assert.equal(result.code, 2);
    assert.match(result.out, /^::error title=ratchet::.*runner_setup\.sh/m);
  });
});

// The real program over a measuring host that never returns.
function hanging(t, deaf) {
  const made = new Desk(t);
  const programs = join(made.folder, "programs");
  mkdirSync(programs);
  copyFileSync(join(process.env.RATCHET_BIN, "ratchet"), join(programs, "ratchet"));
  const module = JSON.stringify({
    format: "ratchet.module/1", name: "m", device: "cpu",
    environment: { device: { kind: "cpu", name: "Fake CPU" }, clock_policy: "default" },
    cases: [{ case: "copy/x/n=1", l2: "warm", definition: "d" }],
  });
  writeFileSync(join(programs, "ratchet-bench"), `#!/bin/bash
for word in "$@"; do if [ "$word" = --describe ]; then echo '${module}'; exit 0; fi; done
${deaf ? "trap '' TERM INT" : ""}
echo $$ > "${made.folder}/pid"
while :; do sleep 0.2; done
`);
  chmodSync(join(programs, "ratchet"), 0o755);
  chmodSync(join(programs, "ratchet-bench"), 0o755);
  made.pull(kSame);
  made.programs = programs;
  return made;
}

describe("a cancelled job", { concurrency: 4 }, () => {
  for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]]) {
    for (const deaf of [false, true]) {
      test(`${signal} restores the clock that a ${deaf ? "deaf" : "listening"} measurement holds`, async (t) => {
        const made = new Desk(t);
        const programs = join(made.folder, "programs");
        mkdirSync(programs);
        copyFileSync(join(process.env.RATCHET_BIN, "ratchet"), join(programs, "ratchet"));
        copyFileSync(join(process.env.RATCHET_HOLDING, "ratchet-bench"), join(programs, "ratchet-bench"));
        made.pull(kSame);
        const env = made.environment({
          RATCHET_FAKE_NVML_LOG: join(made.folder, "clock"), RATCHET_HOLDS: join(made.folder, "holds"),
          ...(deaf ? { RATCHET_DEAF: "1" } : {}),
        });
        for (const name of ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"]) writeFileSync(env[name], "");
        const child = spawn(join(programs, "ratchet"), ["ci", "--lock-clocks", "1500"], { cwd: made.work, env });
        const end = made.finish(child);
        for (let i = 0; i < 600 && !made.text("holds").includes("\n"); ++i) await sleep(50);
        assert.equal(made.text("clock"), "lock 1500 1500\n");
        const start = Date.now();
        child.kill(signal);
        const result = await end;
        assert.equal(result.code, code, result.err);
        for (let i = 0; i < 20 && !made.text("clock").includes("reset"); ++i) await sleep(50);
        assert.equal(made.text("clock"), "lock 1500 1500\nreset\n");
        assert.ok(Date.now() - start < 7000);
      });
    }
  }

  test("while GitHub is told: the verdict was made, and is not denied", async (t) => {
    const made = await recorded(t);
    made.pull(kSlower);
    made.github.misbehave = () => ({ drip: true });
    const child = made.start("action.yml", {}, { GITHUB_API_URL: made.github.url });
    const end = made.finish(child);
    for (let i = 0; i < 600 && made.github.requests.length === 0; ++i) await sleep(50);
    const start = Date.now();
    child.kill("SIGINT");
    const result = await end;
    assert.equal(result.code, 130, result.err);
    assert.ok(Date.now() - start < 7000);
    assert.equal(result.output.outcome, "regressed");
    assert.match(result.err, /the verdict stands/);
    assert.doesNotMatch(result.err, /nothing was recorded/);
  });

  for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]]) {
    for (const deaf of [false, true]) {
      test(`${signal} to a ${deaf ? "deaf" : "listening"} measurement`, async (t) => {
        const made = hanging(t, deaf);
        const child = made.start("action.yml", {}, { PATH: made.programs + ":" + process.env.PATH });
        const end = made.finish(child);
        for (let i = 0; i < 600 && !made.text("pid").includes("\n"); ++i) await sleep(50);
        const pid = Number(made.text("pid"));
        assert.ok(pid > 0);
        const start = Date.now();
        child.kill(signal); // the step's entry process only, as the runner does
        const result = await end;
        const seconds = (Date.now() - start) / 1000;
        assert.equal(result.code, code, result.err);
        assert.ok(seconds < 7, `${seconds} s`);
        assert.equal(result.output.outcome, "aborted");
        assert.match(result.summary, /aborted/);
        assert.notEqual(spawnSync("kill", ["-0", String(pid)]).status, 0, "the measuring host lives on");
      });
    }
  }
});
