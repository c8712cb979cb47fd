// scripts/runner_setup.sh, into a folder instead of a machine.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

const script = join(process.env.RATCHET_ROOT, "scripts/runner_setup.sh");

function setup(t, ...words) {
  const folder = mkdtempSync(join(tmpdir(), "ratchet-runner-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ["build/bin", "root"]) mkdirSync(join(folder, name), { recursive: true });
  for (const name of ["bin/ratchet", "bin/ratchet-bench"]) writeFileSync(join(folder, "build", name), name);
  const programs = '"${CMAKE_CURRENT_LIST_DIR}/bin/ratchet" "${CMAKE_CURRENT_LIST_DIR}/bin/ratchet-bench"';
  writeFileSync(join(folder, "build/cmake_install.cmake"),
    `file(INSTALL DESTINATION "\${CMAKE_INSTALL_PREFIX}/bin" TYPE PROGRAM FILES ${programs})\n`);
  const env = { ...process.env, DESTDIR: join(folder, "root"), RATCHET_BUILD: join(folder, "build") };
  const run = () => spawnSync("bash", [script, ...words], { env, encoding: "utf8" });
  return { at: (...path) => join(folder, "root", ...path), run };
}

test("the runner's setup installs, places the database outside of the work folder, and can be run again", (t) => {
  const { at, run } = setup(t, "2");
  for (let i = 0; i < 2; ++i) {
    const result = run();
    assert.equal(result.status, 0, result.stderr);
    assert.match(result.stdout, /GPU from 0 to 1/);
  }
  assert.equal(readFileSync(at("opt/ratchet/bin/ratchet-bench"), "utf8"), "bin/ratchet-bench");
  assert.equal(readlinkSync(at("usr/local/bin/ratchet")), "/opt/ratchet/bin/ratchet");
  assert.equal(readlinkSync(at("usr/local/lib/cmake/ratchet")), "/opt/ratchet/lib/cmake/ratchet");
  assert.equal(statSync(at("opt/ratchet/bin/ratchet")).mode & 0o777, 0o755);
  assert.match(readFileSync(at("etc/tmpfiles.d/ratchet.conf"), "utf8"), /^d\s+\/var\/lib\/ratchet\s+0750 runner runner/m);
  const unit = readFileSync(at("etc/systemd/system/github-runner@.service"), "utf8");
  assert.match(unit, /^Environment=RATCHET_DB=\/var\/lib\/ratchet$/m);
  assert.match(unit, /^Environment=CUDA_VISIBLE_DEVICES=%i$/m);
});

test("the runner's setup refuses what is no number of runners", (t) => {
  for (const words of ["0", "many", "1;id", "100"]) {
    const result = setup(t, words).run();
    assert.equal(result.status, 2);
    assert.match(result.stderr, /no number of runners/);
  }
});
