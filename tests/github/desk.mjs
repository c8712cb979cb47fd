// A runner's desk: a repository with a branch, an event, and the composite action run as the runner would run it.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { parse } from "yaml";

export const root = process.env.RATCHET_ROOT;
export const fake = process.env.RATCHET_FAKE; // the folder of `ratchet` over a fake measuring host

export const kSame = "# rebuilt\ncopy/x/n=1 1000\ncopy/x/n=2 2000\n";
export const kSlower = "copy/x/n=1 1000\ncopy/x/n=2 2200\n";

const kConfig = JSON.stringify({
  format: "ratchet.config/1",
  modules: ["build/kernels.so"],
  build: "mkdir -p build && cp kernels.txt build/kernels.so && env >> build/environment",
});

// Expressions of an action's env: what a runner would put there.
const evaluate = (text, context) =>
  String(text).replace(/\$\{\{\s*([^}]+?)\s*\}\}/g, (_, expression) => {
    const value = expression.split(".").reduce((at, key) => at?.[key], context);
    if (value === undefined) throw new Error("the harness does not know " + expression);
    return value;
  });

export class Desk {
  constructor(t) {
    this.folder = mkdtempSync(join(tmpdir(), "ratchet-action-"));
    t.after(() => rmSync(this.folder, { recursive: true, force: true }));
    this.work = join(this.folder, "work");
    mkdirSync(this.work);
    mkdirSync(join(this.folder, "temp"));
    this.git("init", "--quiet", "--initial-branch=main");
    this.write("ratchet.json", kConfig);
    this.write(".gitignore", "/build/\n/.ratchet/\n");
    this.write("kernels.txt", "copy/x/n=1 1000\ncopy/x/n=2 2000\n");
    this.push();
  }

  git(...words) {
    return execFileSync("git", ["-C", this.work, "-c", "user.name=Ann", "-c", "user.email=ann@example.org", ...words], {
      encoding: "utf8", stdio: ["ignore", "pipe", "ignore"],
      env: { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" },
    }).trim();
  }
  write(name, text) {
    writeFileSync(join(this.work, name), text);
  }
  commit(subject) {
    this.git("add", "--all");
    this.git("commit", "--quiet", "--allow-empty", "-m", subject);
    return this.git("rev-parse", "HEAD");
  }

  push() {
    this.base = this.commit("on main");
    this.event("push", { after: this.base, ref: "refs/heads/main" }, this.base);
  }
  pull(module, { from = "ann/kernels", subject = "change", accept } = {}) {
    this.git("checkout", "--quiet", "-f", "-B", "branch", "main");
    this.write("kernels.txt", module);
    if (accept) this.write("ratchet.accept.json", accept);
    this.head = this.commit(subject);
    this.git("checkout", "--quiet", "--detach", "main");
    this.git("merge", "--quiet", "--no-ff", "-m", "Merge branch", "branch");
    const repo = { full_name: "ann/kernels", default_branch: "main" };
    const pull = {
      number: 7, head: { sha: this.head, repo: { full_name: from } }, base: { sha: this.base, repo },
    };
    this.event("pull_request", { pull_request: pull }, this.git("rev-parse", "HEAD"));
  }
  queue() {
    const merge = this.git("rev-parse", "HEAD");
    this.event("merge_group", { merge_group: { head_sha: merge, base_sha: this.base } }, merge);
  }
  workflowRun({ from = "eve/kernels", head = this.head, id = 12 } = {}) {
    this.git("checkout", "--quiet", "-f", "main");
    const run = { id, event: "pull_request", head_sha: head, head_branch: "branch", head_repository: { full_name: from } };
    this.event("workflow_run", { workflow_run: run }, this.base);
  }
  event(name, event, sha) {
    event.repository = { full_name: "ann/kernels", default_branch: "main" };
    writeFileSync(join(this.folder, "event.json"), JSON.stringify(event));
    this.variables = { GITHUB_EVENT_NAME: name, GITHUB_SHA: sha };
  }

  environment(extra = {}) {
    return {
      PATH: fake + delimiter + process.env.PATH, HOME: this.folder, LC_ALL: "C.UTF-8",
      GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null",
      GITHUB_ACTIONS: "true", CI: "true", GITHUB_REPOSITORY: "ann/kernels", GITHUB_RUN_ID: "12",
      GITHUB_SERVER_URL: "https://github.com", GITHUB_WORKSPACE: this.work,
      GITHUB_EVENT_PATH: join(this.folder, "event.json"), GITHUB_OUTPUT: join(this.folder, "output"),
      GITHUB_STEP_SUMMARY: join(this.folder, "summary"), RUNNER_TEMP: join(this.folder, "temp"),
      RUNNER_ENVIRONMENT: "self-hosted", RATCHET_DB: join(this.folder, "database", "ratchet.db"),
      ...this.variables, ...extra,
    };
  }

  // The `run` step of an action, as the runner runs it: a script, bash without any start-up file, env from the step.
  start(action, inputs = {}, extra = {}) {
    const file = join(root, action);
    const description = parse(readFileSync(file, "utf8"));
    const defaults = Object.fromEntries(Object.entries(description.inputs).map(([k, v]) => [k, v.default ?? ""]));
    const context = {
      inputs: { ...defaults, ...inputs }, runner: { temp: join(this.folder, "temp") },
      github: { token: "secret-token", action_path: dirname(file) },
    };
    for (const [key, value] of Object.entries(context.inputs)) context.inputs[key] = evaluate(value, context);
    const step = description.runs.steps.find((one) => one.run);
    const script = join(this.folder, "script.sh");
    writeFileSync(script, step.run);
    const env = this.environment(extra);
    for (const [key, value] of Object.entries(step.env ?? {})) env[key] = evaluate(value, context);
    for (const name of ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"]) writeFileSync(env[name], "");
    return spawn("bash", ["--noprofile", "--norc", "-eo", "pipefail", script], { cwd: this.work, env });
  }
  async run(action, inputs, extra) {
    const child = this.start(action, inputs, extra);
    return this.finish(child);
  }
  async finish(child) {
    const result = { out: "", err: "" };
    child.stdout.on("data", (data) => (result.out += data));
    child.stderr.on("data", (data) => (result.err += data));
    [result.code, result.signal] = await new Promise((done) => child.on("close", (code, signal) => done([code, signal])));
    result.summary = readFileSync(join(this.folder, "summary"), "utf8");
    result.output = Object.fromEntries(
      readFileSync(join(this.folder, "output"), "utf8").split("\n").filter(Boolean)
        .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
    return result;
  }
  text(...path) {
    const file = join(this.folder, ...path);
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  }
}
