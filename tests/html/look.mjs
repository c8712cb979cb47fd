// Pictures of every view for a person to look at: tests/html/run.sh . build/release look.mjs
import {mkdirSync} from "node:fs";
import {resolve} from "node:path";
import {chromium} from "playwright-core";
import {addressOf} from "./browser.mjs";

const kCase = {view: "case", case: "attention/tiled/B=32,H=8,S=512,D=64,dtype=fp16,causal=0"};
const kViews = {overview: {}, case: kCase, closer: {...kCase, from: "150", to: "270", y: "relative"}, compare: {view: "compare", base: "eda07d9"},
  calibration: {view: "calibration"}};
const folder = resolve("pictures");
mkdirSync(folder, {recursive: true});
const browser = await chromium.launch({executablePath: process.env.RATCHET_CHROMIUM, args: ["--no-sandbox"]});
for (const width of [400, 1600]) {
  for (const colorScheme of ["light", "dark"]) {
    const context = await browser.newContext({viewport: {width, height: 1000}, colorScheme});
    for (const [name, hash] of Object.entries(kViews)) {
      const page = await context.newPage();
      await page.goto(addressOf("full.html", hash));
      if (name === "closer") for (let i = 0; i < 31; ++i) await page.locator(".board").first().press("ArrowRight");
      await page.screenshot({path: `${folder}/${name}-${width}-${colorScheme}.png`, fullPage: true});
      await page.close();
    }
    await context.close();
  }
}
await browser.close();
console.log(`pictures in ${folder}`);
