// The comment against an API that misbehaves in every way that was seen. The verdict never changes.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Desk, kSame, kSlower } from "./desk.mjs";
import { comment, startGithub } from "./fake.mjs";

const kMark = "<!-- ratchet:ratchet -->";
const kPath = /\/issues\/7\/comments/;
const isPost = (request) => request.method === "POST" && kPath.test(request.url);

// One slower pull request, told to a GitHub made of `options`.
async function told(t, options, { module = kSlower, inputs = {}, url } = {}) {
  const github = await startGithub(options);
  t.after(() => github.close());
  const desk = new Desk(t);
  assert.equal((await desk.run("action.yml", {}, { GITHUB_API_URL: github.url })).code, 0);
  desk.pull(module);
  const start = Date.now();
  const result = await desk.run("action.yml", inputs, { GITHUB_API_URL: url ?? github.url });
  result.seconds = (Date.now() - start) / 1000;
  assert.equal(result.code, module === kSlower ? 1 : 0, result.err);
  assert.deepEqual(github.faults, []);
  return { github, desk, result };
}
const warnings = (result) => result.err.split("\n").filter((line) => line.startsWith("::warning"));

describe("comment", { concurrency: 6 }, () => {
  const foreign = () => Array.from({ length: 120 }, (_, i) => comment(i + 1, i === 3 ? "x".repeat(70000) : `hello ${i}`, "bob", "User"));

  test("is found behind 120 of other people, one of whom pasted its marker", async (t) => {
    const comments = foreign();
    comments[5].body = "I am the gate\n" + kMark;
    comments.push(comment(500, "an old verdict\n" + kMark));
    const { github, result } = await told(t, { comments });
    assert.equal(github.comments.length, 121);
    assert.match(github.comments[120].body, /regressed/);
    assert.equal(github.comments[5].body, "I am the gate\n" + kMark);
    assert.equal(warnings(result).length, 0);
  });

  test("is made once behind 120 of other people, and its text is sent once", async (t) => {
    const { github, desk } = await told(t, { comments: foreign() });
    assert.equal(github.comments.length, 121);
    const before = github.comments[120].body;
    await desk.run("action.yml", {}, { GITHUB_API_URL: github.url });
    assert.equal(github.comments.length, 121);
    const patches = github.requests.filter((request) => request.method === "PATCH");
    // Only what was measured anew may differ.
    assert.ok(patches.length === 0 || github.comments[120].body !== before);
  });

  test("an unchanged text is not sent again", async (t) => {
    const stale = { comments: [comment(500, "x\n" + kMark)] };
    const { github, desk } = await told(t, stale, { module: "copy/x/n=1 1000\ncopy/x/n=2 2000\n" }); // the same file: identical
    const count = () => github.requests.filter((request) => request.method === "PATCH").length;
    assert.equal(count(), 1);
    await desk.run("action.yml", {}, { GITHUB_API_URL: github.url });
    assert.equal(count(), 1);
  });

  for (const status of [403, 404]) {
    test(`${status} is one warning that names the permission`, async (t) => {
      const { github, result } = await told(t, {
        misbehave: () => ({ status, message: "Resource not accessible by integration" }),
      });
      assert.equal(warnings(result).length, 1);
      assert.match(warnings(result)[0], /pull-requests: write/);
      assert.equal(github.requests.length, 1);
    });
  }

  test("no token is one warning", async (t) => {
    const { result } = await told(t, {}, { inputs: { token: "" } });
    assert.equal(warnings(result).length, 1);
    assert.match(warnings(result)[0], /GITHUB_TOKEN is not set/);
  });

  test("429 is waited for as long as Retry-After says", async (t) => {
    const { github, result } = await told(t, {
      misbehave: (_, n) => (n === 1 ? { status: 429, headers: { "retry-after": "2" } } : undefined),
    });
    assert.equal(github.comments.length, 1);
    assert.ok(result.seconds >= 2);
    assert.equal(warnings(result).length, 0);
  });

  test("502 is tried again", async (t) => {
    const { github } = await told(t, { misbehave: (_, n) => (n <= 2 ? { status: 502 } : undefined) });
    assert.equal(github.comments.length, 1);
  });

  test("502 for ever is one warning after five tries", async (t) => {
    const { github, result } = await told(t, { misbehave: () => ({ status: 502 }) });
    assert.equal(github.requests.length, 5);
    assert.equal(warnings(result).length, 1);
    assert.ok(result.seconds < 35);
  });

  test("a comment that was made although 502 came back is not made twice", async (t) => {
    let failed = false;
    const { github } = await told(t, {
      misbehave: (request) => (isPost(request) && !failed ? ((failed = true), { status: 502, after: true }) : undefined),
    });
    assert.equal(github.comments.length, 1);
    assert.equal(github.requests.filter(isPost).length, 1);
  });

  test("an answer that drips is given up", async (t) => {
    const { github, result } = await told(t, { misbehave: () => ({ drip: true }) });
    assert.equal(github.comments.length, 0);
    assert.equal(warnings(result).length, 1);
    assert.ok(result.seconds < 40, `${result.seconds} s`);
  });

  test("nobody there is one warning", async (t) => {
    const { result } = await told(t, {}, { url: "http://127.0.0.1:1" });
    assert.equal(warnings(result).length, 1);
  });

  test("a thousand cases fit into one comment, the changed ones first", async (t) => {
    const github = await startGithub();
    t.after(() => github.close());
    const desk = new Desk(t);
    const cases = (slow) => Array.from({ length: 1000 }, (_, i) => `copy/a_rather_long_name_of_an_implementation/n=${i},dtype=fp16 ${i < slow ? 1200 : 1000}\n`).join("");
    desk.write("kernels.txt", cases(0));
    desk.push();
    await desk.run("action.yml", {}, { GITHUB_API_URL: github.url });
    desk.pull(cases(2));
    const result = await desk.run("action.yml", {}, { GITHUB_API_URL: github.url });
    assert.equal(result.code, 1, result.err);
    assert.deepEqual(github.faults, []);
    const { body } = github.comments[0];
    assert.ok(body.length <= 65536 && body.length > 50000);
    assert.equal(body.match(/\*\*regressed\*\*/g).length, 2);
    assert.match(body, /more unchanged cases are not listed here/);
    assert.ok(body.endsWith(kMark + "\n"));
  });
});
