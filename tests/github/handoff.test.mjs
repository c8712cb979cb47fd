// A fork's pull request: measured without rights, judged with them.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cpSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { Desk, kSame, kSlower } from "./desk.mjs";
import { startGithub } from "./fake.mjs";

const kHead = { ref: "branch", repo: { full_name: "eve/kernels" } };

// What the job without rights left, and a GitHub that knows the pull request.
async function handed(t, { module = kSlower, pulls, files = {}, accept } = {}) {
  const github = await startGithub();
  t.after(() => github.close());
  const desk = new Desk(t);
  desk.pull(module, { from: "eve/kernels", accept });
  const measured = await desk.run("action.yml", { token: "", "allow-fork": "true" }, { GITHUB_API_URL: github.url });
  assert.ok(measured.code === 0 || measured.code === 1, measured.err);
  assert.equal(github.requests.length, 0);
  github.pulls = pulls ?? { 7: { head: { ...kHead, sha: desk.head }, state: "open" } };
  for (const [name, text] of Object.entries(files)) github.files[desk.head + ":" + name] = text;
  const bundle = join(desk.folder, "temp", "ratchet-handoff-ratchet");
  cpSync(join(desk.folder, "temp", "ratchet-bundle-ratchet"), bundle, { recursive: true });
  desk.workflowRun();
  const judge = (inputs = {}) => desk.run(".github/actions/handoff/action.yml", inputs, { GITHUB_API_URL: github.url, RUNNER_ENVIRONMENT: "github-hosted" });
  return { github, desk, bundle, judge };
}
// The manifest after somebody changed a file of it.
function relist(bundle, name, text) {
  writeFileSync(join(bundle, name), text);
  const file = join(bundle, "bundle.json");
  const manifest = JSON.parse(readFileSync(file));
  const entry = manifest.files.find((one) => one.name === name);
  entry.bytes = Buffer.byteLength(text);
  entry.sha256 = createHash("sha256").update(text).digest("hex");
  writeFileSync(file, JSON.stringify(manifest));
}

describe("hand-off", { concurrency: 4 }, () => {
  test("is judged, commented and reported on the fork's head", async (t) => {
    const { github, desk, judge } = await handed(t);
    const result = await judge();
    assert.equal(result.code, 1, result.err);
    assert.deepEqual(github.faults, []);
    assert.match(github.comments[0].body, /regressed[\s\S]*could have said anything/);
    assert.equal(github.checkRuns[0].head_sha, desk.head);
    assert.equal(github.checkRuns[0].conclusion, "failure");
  });

  test("passes what holds", async (t) => {
    const { github, judge } = await handed(t, { module: kSame });
    const result = await judge();
    assert.equal(result.code, 0, result.err);
    assert.equal(github.checkRuns[0].conclusion, "success");
  });

  test("a claim of its own does not help: the rounds are judged again, under our policy", async (t) => {
    const { bundle, judge } = await handed(t);
    const verdict = JSON.parse(readFileSync(join(bundle, "verdict.json")));
    verdict.outcome = "pass";
    verdict.policy.tolerance = [{ cases: "*", ratio: 9 }];
    verdict.policy.family = 1000000;
    for (const one of verdict.cases) {
      one.verdict = "held";
      one.ruling = { granted: true, text: "because" };
    }
    relist(bundle, "verdict.json", JSON.stringify(verdict));
    assert.equal((await judge()).code, 1);
  });

  test("rounds of a device that throttled are no verdict, which no required check takes for a success", async (t) => {
    const { github, bundle, judge } = await handed(t, { module: kSame });
    const duet = JSON.parse(readFileSync(join(bundle, "duet-0.json")));
    duet.telemetry[0].throttled_ns = { thermal: 5e6 };
    relist(bundle, "duet-0.json", JSON.stringify(duet));
    const result = await judge();
    assert.equal(result.code, 3, result.err);
    assert.match(github.comments[0].body, /because of heat/);
    assert.equal(github.checkRuns[0].conclusion, "action_required");
  });

  test("a verdict without rounds is refused", async (t) => {
    const { bundle, judge } = await handed(t);
    const verdict = JSON.parse(readFileSync(join(bundle, "verdict.json")));
    verdict.cases.push({ ...verdict.cases[0], case: "copy/other/n=1", verdict: "held" });
    relist(bundle, "verdict.json", JSON.stringify(verdict));
    const result = await judge();
    assert.equal(result.code, 2);
    assert.match(result.err, /without the rounds/);
  });

  test("acceptances are those that GitHub has at the head", async (t) => {
    const accept = JSON.stringify({
      format: "ratchet.accept/1", accepted: [{ case: "copy/x/n=2", reason: "safer", author: "Ann" }],
    });
    const { github, judge } = await handed(t, { files: { "ratchet.accept.json": accept } });
    const result = await judge();
    assert.equal(result.code, 0, result.err);
    assert.match(github.comments[0].body, /accepted: safer/);
  });

  test("an acceptance that the base has already let through something else", async (t) => {
    const accept = JSON.stringify({
      format: "ratchet.accept/1", accepted: [{ case: "copy/x/n=2", reason: "safer", author: "Ann" }],
    });
    const { github, desk, judge } = await handed(t, { files: { "ratchet.accept.json": accept } });
    github.files[desk.base + ":ratchet.accept.json"] = accept;
    const result = await judge();
    assert.equal(result.code, 1, result.err);
    assert.match(github.comments[0].body, /acceptance is spent/);
  });

  test("a case that was accepted as missing is ruled on here again", async (t) => {
    const accept = JSON.stringify({
      format: "ratchet.accept/1", accepted: [{ case: "copy/x/n=2", reason: "retired", author: "Ann" }],
    });
    const { github, desk, judge } = await handed(t, { module: "copy/x/n=1 1001\n", accept });
    assert.equal((await judge()).code, 3);
    github.files[desk.head + ":ratchet.accept.json"] = accept;
    const result = await judge();
    assert.equal(result.code, 0, result.err);
    assert.match(github.comments[0].body, /was missing; accepted: retired/);
  });

  test("a bundle of another device in the same job is not judged for this one", async (t) => {
    const { github, judge } = await handed(t, { module: kSame });
    const result = await judge({ name: "h100" });
    assert.equal(result.code, 2, result.err);
    assert.equal(github.checkRuns[0].name, "h100");
    assert.equal(github.checkRuns[0].conclusion, "failure");
  });

  test("reasons without end make neither the comment nor the check run too long", async (t) => {
    const { github, bundle, judge } = await handed(t);
    const verdict = JSON.parse(readFileSync(join(bundle, "verdict.json")));
    verdict.cases = [];
    verdict.outcome = "fault";
    verdict.reasons = Array(20000).fill("@ann ::error::<b>" + "x".repeat(2000));
    const manifest = JSON.parse(readFileSync(join(bundle, "bundle.json")));
    writeFileSync(join(bundle, "bundle.json"), JSON.stringify({ ...manifest, files: manifest.files.filter((one) => one.name === "verdict.json") }));
    rmSync(join(bundle, "duet-0.json"));
    relist(bundle, "verdict.json", JSON.stringify(verdict));
    const result = await judge();
    assert.equal(result.code, 3, result.err);
    assert.equal(github.comments.length, 1);
    assert.equal(github.checkRuns.length, 1);
    assert.deepEqual(github.faults, []);
    assert.ok(result.err.split("\n").filter((line) => line.startsWith("::error")).length <= 10);
  });

  test("the same head in another repository's pull request is refused", async (t) => {
    const { github, desk, judge } = await handed(t, { module: kSame });
    github.pulls = { 7: { head: { sha: desk.head, ref: "branch", repo: { full_name: "ann/kernels" } }, state: "open" } };
    const result = await judge();
    assert.equal(result.code, 2);
    assert.match(result.err, /is not the head of pull request 7/);
    assert.equal(github.comments.length, 0);
  });

  test("another pull request's head, and one that moved on, are refused without a comment", async (t) => {
    const { github, judge } = await handed(t, { pulls: { 7: { head: { ...kHead, sha: "e".repeat(40) }, state: "open" } } });
    const result = await judge();
    assert.equal(result.code, 2);
    assert.match(result.err, /is not the head of pull request 7/);
    assert.equal(github.comments.length, 0);
    assert.equal(github.checkRuns[0].conclusion, "failure");
  });

  for (const [what, change] of [
    ["another run's bundle", (bundle) => {
      const file = join(bundle, "bundle.json");
      writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file)), run_id: 99 }));
    }],
    ["a path that leads elsewhere", (bundle) => {
      const file = join(bundle, "bundle.json");
      const manifest = JSON.parse(readFileSync(file));
      manifest.files[0].name = "../../../../etc/passwd";
      writeFileSync(file, JSON.stringify(manifest));
    }],
    ["a link", (bundle) => {
      rmSync(join(bundle, "verdict.json"));
      symlinkSync("/etc/passwd", join(bundle, "verdict.json"));
    }],
    ["other bytes than listed", (bundle) => writeFileSync(join(bundle, "verdict.json"), readFileSync(join(bundle, "verdict.json"), "utf8").replace("regressed", "xegressed"))],
    ["ten gigabytes of zeros", (bundle) => truncateSync(join(bundle, "duet-0.json"), 10_000_000_000)],
    ["no bundle", (bundle) => rmSync(bundle, { recursive: true })],
  ]) {
    test(`${what} is refused, and the check says so`, async (t) => {
      const { github, bundle, judge } = await handed(t);
      change(bundle);
      const result = await judge();
      assert.equal(result.code, 2, result.err);
      assert.equal(github.comments.length, 0);
      assert.equal(github.checkRuns.length, 1);
      assert.equal(github.checkRuns[0].conclusion, "failure");
      assert.deepEqual(github.faults, []);
    });
  }
});
