// The page in a browser: every control is used, with and without a mouse, on good and on bad histories.
import assert from "node:assert/strict";
import {readFileSync, statSync} from "node:fs";
import {createRequire} from "node:module";
import {after, before, test} from "node:test";
import {isDeepStrictEqual} from "node:util";
import {eventually, firstColumn, hashOf, open, startBrowser, stopBrowser} from "./browser.mjs";

const kCase = "attention/tiled/B=32,H=8,S=512,D=64,dtype=fp16,causal=0";
const kAxe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const kViews = {overview: {}, case: {view: "case", case: kCase}, compare: {view: "compare"}, calibration: {view: "calibration"}};

before(startBrowser);
after(stopBrowser);

const pressed = (page, group) => page.getByRole("group", {name: group}).locator("[aria-pressed=true]").innerText();
const choose = (page, group, name) => page.getByRole("group", {name: group}).getByRole("button", {name}).click();
// The address follows a zoom when the hand rests.
const rested = (page) => page.waitForTimeout(260);
const addressed = (page, holds) => eventually(() => hashOf(page), holds);

test("a script that is not the page's own does not run", async (t) => {
  const page = await open(t, "full.html");
  const policy = await page.locator("meta[http-equiv]").getAttribute("content");
  assert.match(policy, /^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; base-uri 'none'; form-action 'none'$/);
  await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "document.title = 'owned'";
    document.body.append(script);
    const image = document.createElement("img");
    image.src = "http://127.0.0.1:9/x.png";
    document.body.append(image);
  });
  assert.notEqual(await page.title(), "owned");
  await page.waitForTimeout(50);
  assert.equal(page.noise.filter((line) => line.startsWith("console: policy: script-src")).length, 1);
  assert.equal(page.noise.filter((line) => line.startsWith("console: policy: img-src")).length, 1);
  page.noise.length = 0;
});

test("the overview is searched, filtered and sorted, and its address leads back to it", async (t) => {
  const page = await open(t, "full.html");
  assert.equal((await firstColumn(page)).length, 12);
  assert.match(await page.locator("tbody tr").first().innerText(), /regressed/);
  await page.getByRole("searchbox").fill("attention causal");
  assert.equal((await firstColumn(page)).length, 4);
  await page.getByRole("searchbox").fill("no such case");
  assert.equal((await firstColumn(page)).length, 0);
  await page.getByRole("searchbox").fill("");
  await choose(page, "Show cases by verdict", /held/);
  assert.equal((await firstColumn(page)).length, 7);
  await page.getByRole("button", {name: "Newest median"}).click();
  const up = await firstColumn(page);
  await page.getByRole("button", {name: "Newest median"}).click();
  assert.deepEqual(await firstColumn(page), up.toReversed());
  assert.equal(await page.locator("th[aria-sort=descending]").innerText().then((text) => text.trim()), "Newest median");
  for (const name of ["Case", "Verdict", "Change", "Baseline", "Runs"]) {
    await page.locator("thead").getByRole("button", {name}).click();
    assert.equal(await page.locator("th[aria-sort=ascending]").count(), 1);
  }
  await page.locator("thead").getByRole("button", {name: "Case"}).click();
  const shown = await firstColumn(page);
  await page.reload();
  assert.deepEqual(await firstColumn(page), shown);
  assert.match(await pressed(page, "Show cases by verdict"), /held 7/);
});

test("the chart zooms by drag and buttons, and its address leads back to it", async (t) => {
  const page = await open(t, "full.html", kViews.case);
  const plot = page.locator(".u-over").first();
  const box = await plot.boundingBox();
  await page.mouse.move(box.x + box.width * 0.3, box.y + 100);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + 100, {steps: 4});
  await page.mouse.up();
  const zoomed = await addressed(page, ({from, to}) => from > 100 && from < 140 && to > 180 && to < 220);
  await page.reload();
  await rested(page);
  assert.deepEqual(await hashOf(page), zoomed);
  const zoom = page.getByRole("group", {name: "Zoom"}).first();
  await zoom.getByRole("button", {name: "Zoom in"}).click();
  const closer = await addressed(page, ({from, to}) => to - from < 0.6 * (zoomed.to - zoomed.from));
  await zoom.getByRole("button", {name: "Zoom out"}).click();
  await addressed(page, ({from, to}) => to - from > 1.5 * (closer.to - closer.from));
  await zoom.getByRole("button", {name: "Reset"}).click();
  await addressed(page, ({from}) => from === undefined);
  await page.mouse.move(box.x + box.width * 0.3, box.y + 100);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + 100);
  await page.mouse.up();
  await plot.dblclick();
  await rested(page);
  await addressed(page, ({from}) => from === undefined);
});

test("the chart is shown by date, relative and in logarithms, and says so in its address", async (t) => {
  const page = await open(t, "full.html", kViews.case);
  await choose(page, "Scale of the latency axis", "log");
  await choose(page, "Horizontal axis", "by date");
  assert.deepEqual(await hashOf(page), {...kViews.case, x: "date", scale: "log"});
  await page.reload();
  assert.equal(await pressed(page, "Horizontal axis"), "by date");
  assert.equal(await pressed(page, "Scale of the latency axis"), "log");
  await choose(page, "Latency", "relative to baseline");
  assert.equal(await page.getByRole("button", {name: "log"}).isDisabled(), true);
  await choose(page, "Latency", "absolute");
  await choose(page, "Scale of the latency axis", "linear");
  await choose(page, "Horizontal axis", "by commit");
  await addressed(page, (hash) => isDeepStrictEqual(hash, kViews.case));
});

test("the pointer shows commit, time, median, interval, changes and verdict of a run", async (t) => {
  const page = await open(t, "full.html", {...kViews.case, from: "178", to: "182"});
  const box = await page.locator(".u-over").first().boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  const card = await page.locator(".card").first().innerText();
  for (const part of [/^Use wider loads\n/, /16bd597615/, /2024-02-03 00:00 UTC/, /median\s+3\.949 us/, /95 % interval\s+\[3\.940, 3\.958\] us/,
    /to previous\s+\+4\.96 %/, /to the baseline\s+0 %/, /accepted/, /A1 slowdown accepted: Exact softmax for long rows/])
    assert.match(card, part);
  await page.mouse.move(2, 2);
  assert.equal(await page.locator(".card").first().isHidden(), true);
});

test("the table behind the chart holds the runs in view, with the baseline's steps", async (t) => {
  const page = await open(t, "full.html", {...kViews.case, from: "177.5", to: "182.5"});
  await page.getByText("The numbers behind the chart").click();
  const rows = page.locator(".behind").first().locator("tbody tr");
  await rows.first().waitFor(); // filled when the toggle event comes
  assert.equal(await rows.count(), 5);
  const baselines = await rows.locator("td:nth-child(7)").allInnerTexts();
  assert.equal(new Set(baselines.slice(0, 2)).size, 1);
  assert.deepEqual(baselines.slice(2), ["3.949 us", "3.949 us", "3.949 us"]);
  assert.ok(parseFloat(baselines[0]) < 3.8, baselines[0]);
  await page.getByRole("group", {name: "Zoom"}).first().getByRole("button", {name: "Reset"}).click();
  await eventually(() => rows.count(), (count) => count === 400);
});

test("what happened is listed, with reasons, and each mark leads to its place", async (t) => {
  const page = await open(t, "full.html", kViews.case);
  const events = page.locator("table.events tbody");
  assert.match(await events.innerText(), /slowdown accepted[\s\S]*Exact softmax for long rows/);
  assert.match(await events.innerText(), /another environment[\s\S]*driver 570.86.10 -> 580.159.04/);
  await page.getByRole("button", {name: "Show E1 in the chart"}).click();
  assert.match(await page.locator(".card").first().innerText(), /E1 another environment: driver/);
  await addressed(page, ({from, to}) => from > 130 && to < 190);
});

test("the samples of two runs are chosen, and each launch is told", async (t) => {
  const page = await open(t, "full.html", kViews.case);
  const section = page.locator("figure").nth(1);
  await section.locator("canvas").waitFor();
  await page.getByText("The launches behind the chart").click();
  const rows = page.locator(".behind").nth(1).locator("tbody tr");
  await rows.first().waitFor(); // filled when the toggle event comes
  assert.equal(await rows.count(), 10);
  await page.locator("select").first().selectOption({index: 1});
  assert.equal(await rows.count(), 5);
  await page.getByRole("group", {name: "Zoom"}).nth(1).getByRole("button", {name: "Zoom in"}).click();
  await section.locator(".board").press("ArrowRight");
  assert.match(await section.locator(".card").innerText(), /at or below/);
  await page.goto(page.url().replace(/#.*/, "#" + new URLSearchParams({view: "case", case: "copy/vectorized/bytes=8192,n=1"})));
  assert.match(await page.locator("main").innerText(), /holds no samples of the case[\s\S]*--samples RUN/);
});

test("any two commits are compared, sorted, filtered and swapped", async (t) => {
  const page = await open(t, "full.html", {view: "compare", base: "eda07d9"});
  assert.equal((await firstColumn(page)).length, 12);
  await choose(page, "Show cases by their intervals", /faster/);
  assert.equal((await firstColumn(page)).length, 4);
  await page.getByRole("button", {name: "Swap"}).click();
  await page.waitForFunction(() => document.querySelector("input[list]").value !== "eda07d9");
  await choose(page, "Show cases by their intervals", /slower/);
  assert.equal((await firstColumn(page)).length, 4);
  await page.getByRole("searchbox").fill("causal=0");
  assert.deepEqual(await firstColumn(page), [kCase]);
  await page.getByRole("searchbox").fill("");
  for (const name of ["Case", "Base", "Candidate", "Change", "Size", "Intervals"]) {
    await page.locator("thead").getByRole("button", {name}).click();
    assert.equal(await page.locator("thead [aria-sort=none]").count(), 5);
  }
  await page.getByLabel("Base", {exact: false}).first().fill("zzzz");
  assert.match(await page.locator("main").innerText(), /no commit of this page begins like this/);
  assert.equal(await page.locator("table").count(), 0);
});

test("the calibration tells the rate of false alarms and the power of a case", async (t) => {
  const page = await open(t, "full.html", kViews.calibration);
  assert.match(await page.locator("main").innerText(), /0 of 69 checks of identical code failed: a rate of 0 %, with 95 % confidence between 0 % and 5.2 %/);
  await page.locator("select").selectOption({label: "attention/tiled/B=32"});
  await page.getByText("The numbers behind the curve").click();
  assert.match(await page.locator(".behind").innerText(), /1 %\s+\+1\.00 %\s+12 of 20 \[36 %, 81 %\]/);
  await page.locator("thead").getByRole("button", {name: "Launches to a verdict"}).click();
  await page.locator(".board").press("End");
  assert.match(await page.locator(".card").innerText(), /\+1\.00 % slower[\s\S]*12 of 20/);
});

test("everything can be reached and used by keys alone", async (t) => {
  const page = await open(t, "full.html");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.innerText), "Skip to the content");
  await page.keyboard.press("Enter");
  const focused = () => page.evaluate(() => document.activeElement.textContent || document.activeElement.className || document.activeElement.type);
  const tabTo = async (wanted) => {
    for (let i = 0; i < 60; ++i) {
      await page.keyboard.press("Tab");
      if (await page.evaluate((one) => document.activeElement.matches(one), wanted)) return;
    }
    assert.fail(`no Tab leads to ${wanted}; last at ${await focused()}`);
  };
  await tabTo("input[type=search]");
  await page.keyboard.type("causal=0");
  await tabTo("tbody a");
  await page.keyboard.press("Enter");
  await tabTo(".board");
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowLeft");
  assert.match(await page.locator("[role=status]").first().textContent(), /median, 3\.7\d\d us/);
  await page.keyboard.press("+");
  await addressed(page, ({from}) => from > 150);
  await page.keyboard.press("Shift+ArrowLeft");
  await page.keyboard.press("0");
  await addressed(page, ({from}) => from === undefined);
  await tabTo("summary");
  await page.keyboard.press("Enter");
  await eventually(() => page.locator(".behind").first().locator("tbody tr").count(), (count) => count === 400);
});

test("the theme is the system's until somebody chooses another", async (t) => {
  const page = await open(t, "full.html", {}, {dark: true});
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.equal(await paper(), "rgb(17, 21, 26)");
  await page.getByRole("button", {name: "Light theme"}).click();
  assert.equal(await paper(), "rgb(255, 255, 255)");
  await page.emulateMedia({media: "print"});
  assert.equal(await page.locator("nav").isHidden(), true);
});

test("another theme leaves an opened table open, with its rows", async (t) => {
  const page = await open(t, "full.html", kViews.case);
  const rows = page.locator(".behind").first().locator("tbody tr");
  await page.locator("summary").first().click();
  assert.equal(await rows.count(), 400);
  await page.getByRole("button", {name: "Dark theme"}).click();
  assert.equal(await rows.count(), 400);
  await page.emulateMedia({colorScheme: "dark"});
  assert.equal(await rows.count(), 400);
  await page.locator("summary").first().click();
  await page.getByRole("button", {name: "Light theme"}).click();
  assert.equal(await rows.count(), 0);
});

test("hostile names are text", async (t) => {
  for (const view of ["overview", "case", "compare", "calibration"]) {
    const page = await open(t, "hostile.html", view === "case" ? {} : {view});
    if (view === "case") await page.locator("th a").filter({hasText: "script"}).click();
    const text = await page.locator("body").innerText();
    assert.ok(text.includes(view === "calibration" ? "<img src=x onerror=alert(1)>" : "</script><script>document.title='owned'</script>"), view);
    assert.notEqual(await page.title(), "owned");
    assert.equal(await page.locator("img, main script, main iframe").count(), 0);
    if (view === "case") await page.locator("summary").first().click();
    if (view === "case") await page.locator(".board").first().press("ArrowLeft");
  }
});

test("an empty history says what to do, and a single run is shown", async (t) => {
  for (const view of ["overview", "case", "compare", "calibration", "nonsense"]) {
    const page = await open(t, "empty.html", {view});
    assert.match(await page.locator("main").innerText(), /ratchet record|ratchet calibrate|No such case/, view);
  }
  const page = await open(t, "single.html", {});
  assert.match(await page.locator("tbody").innerText(), /not judged/);
  await page.locator("th a").click();
  await page.locator(".board").first().press("ArrowRight");
  assert.match(await page.locator(".card").first().innerText(), /median\s+\d/);
  for (const key of ["+", "-", "0", "End"]) await page.locator(".board").first().press(key);
  for (const [group, name] of [["Horizontal axis", "by date"], ["Latency", "relative to baseline"]]) await choose(page, group, name);
  await page.getByRole("link", {name: "Compare"}).click();
  assert.equal((await firstColumn(page)).length, 1);
});

for (const [width, dark] of [[400, false], [1600, true]]) {
  test(`at ${width} px, ${dark ? "dark" : "light"}, nothing overflows and axe finds nothing serious`, async (t) => {
    for (const [view, hash] of Object.entries(kViews)) {
      const page = await open(t, "short.html", hash, {width, dark});
      for (const summary of await page.locator("summary").all()) await summary.click();
      assert.ok(await page.evaluate(() => document.scrollingElement.scrollWidth) <= width, view);
      await page.evaluate(kAxe);
      const {violations} = await page.evaluate(() => axe.run({resultTypes: ["violations"]}));
      const serious = violations.filter(({impact}) => impact === "serious" || impact === "critical");
      assert.deepEqual(serious.map(({id, nodes}) => `${view}: ${id}: ${nodes.map((node) => node.html).slice(0, 3)}`), []);
    }
  });
}

test("a hundred cases of five thousand commits fit in 15 MB and are shown whole", async (t) => {
  assert.ok(statSync(`${process.env.RATCHET_PAGES}/large.html`).size <= 15e6);
  const page = await open(t, "large.html");
  assert.equal(await page.locator("tbody tr").count(), 100);
  assert.equal(await page.locator("tbody svg.spark").count(), 100);
  await page.locator("th a").first().click();
  await page.locator("summary").first().click();
  const rows = page.locator(".behind").first().locator("tbody tr");
  await rows.first().waitFor(); // filled when the toggle event comes
  assert.equal(await rows.count(), 5000);
});
