// The page as `ratchet serve` gives it: over HTTP, with the policy in a header, from the database of that moment.
import assert from "node:assert/strict";
import {execFileSync, spawn} from "node:child_process";
import {existsSync, mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {once} from "node:events";
import {after, before, test} from "node:test";
import {firstColumn, open, startBrowser, stopBrowser} from "./browser.mjs";

const ratchet = process.env.RATCHET_FAKE;

before(startBrowser);
after(stopBrowser);

function repository(t) {
  const folder = mkdtempSync(join(tmpdir(), "ratchet-served-"));
  t.after(() => rmSync(folder, {recursive: true}));
  const git = (...rest) => execFileSync("git", ["-c", "user.name=Ann", "-c", "user.email=ann@example.org", ...rest], {cwd: folder});
  writeFileSync(join(folder, "ratchet.json"), '{"format":"ratchet.config/1","modules":["kernels.so"],"build":"true"}');
  writeFileSync(join(folder, ".gitignore"), "/kernels.so\n/.ratchet/\n");
  git("init", "-q");
  git("add", "--all");
  git("commit", "-q", "-m", "</script><script>document.title = 'owned'</script>");
  const record = (module) => {
    writeFileSync(join(folder, "kernels.so"), module);
    execFileSync(ratchet, ["record"], {cwd: folder, stdio: "pipe"});
  };
  return {folder, record};
}

test("a served page is drawn under the policy of its header, is that of the database now, and ends with the server", async (t) => {
  if (!existsSync(ratchet)) return t.skip("built without libcurl, so there is no fake measuring host");
  const {folder, record} = repository(t);
  record("copy/x/n=1 1000\n");
  const server = spawn(ratchet, ["serve", "--port", "0"], {cwd: folder, stdio: ["ignore", "pipe", "pipe"]});
  t.after(() => server.kill("SIGKILL"));
  const first = await Promise.race([once(server.stdout, "data"), once(server, "exit")]);
  const address = String(first[0]).trim();
  if (first[0] === 2) return t.skip("built without libmicrohttpd, so there is no server");
  const {headers} = await fetch(address);
  assert.match(headers.get("content-security-policy"), /script-src 'sha256-.*frame-ancestors 'none'/);
  const page = await open(t, "", undefined, {address});
  assert.deepEqual(await firstColumn(page), ["copy/x/n=1"]);
  assert.match(await page.title(), /^Cases/);
  record("copy/x/n=1 1000\ncopy/x/n=2 2000\n");
  await page.reload();
  assert.deepEqual((await firstColumn(page)).sort(), ["copy/x/n=1", "copy/x/n=2"]);
  const trend = await (await fetch(address + "api/v1/trend?case=copy/x/n=2")).json();
  assert.equal(trend.series.length, 1);
  server.kill("SIGTERM");
  const [code] = await once(server, "exit");
  assert.equal(code, 143);
});
