// How long the page of 100 cases x 5,000 commits takes to open, to show a case and to zoom. Run by hand:
// tests/html/run.sh . build/release speed.mjs
import {statSync} from "node:fs";
import {chromium} from "playwright-core";
import {addressOf} from "./browser.mjs";

const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
const browser = await chromium.launch({executablePath: process.env.RATCHET_CHROMIUM, args: ["--no-sandbox"]});
const ms = (value) => `${value.toFixed(0)} ms`;
const bytes = statSync(`${process.env.RATCHET_PAGES}/large.html`).size;
console.log(`${browser.version()}, ${(bytes / 1e6).toFixed(1)} MB`);
for (let i = 0; i < 5; ++i) {
  const page = await browser.newPage({viewport: {width: 1600, height: 1000}});
  const start = performance.now();
  await page.goto(addressOf("large.html"));
  await page.evaluate(frame);
  const open = performance.now() - start;
  const click = performance.now();
  await page.locator("th a").first().click();
  await page.locator(".board").first().waitFor();
  await page.evaluate(frame);
  const shown = performance.now() - click;
  const zooms = await page.evaluate(async () => {
    const board = document.querySelector(".board");
    const script = [];
    const painted = [];
    for (const key of [..."++++++++++----------"]) {
      const begin = performance.now();
      board.dispatchEvent(new KeyboardEvent("keydown", {key}));
      script.push(performance.now() - begin);
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      painted.push(performance.now() - begin);
    }
    return {script: Math.max(...script), painted: Math.max(...painted)};
  });
  console.log(`open ${ms(open)}, a case ${ms(shown)}, the slowest of 20 zooms ${ms(zooms.script)} of script, ${ms(zooms.painted)} until two frames later`);
  await page.close();
}
await browser.close();
