// Chromium with a page in it, whose console, errors and requests are watched: a test fails on any of them.
import assert from "node:assert/strict";
import {pathToFileURL} from "node:url";
import {chromium} from "playwright-core";

let browser = null;

export async function startBrowser() {
  // As root, and in most containers, Chromium has no sandbox to start.
  browser = await chromium.launch({executablePath: process.env.RATCHET_CHROMIUM, args: ["--no-sandbox"]});
}

export async function stopBrowser() {
  await browser.close();
}

export function addressOf(file, hash = "") {
  return pathToFileURL(`${process.env.RATCHET_PAGES}/${file}`).href + (hash && `#${new URLSearchParams(hash)}`);
}

// Opens a page (a file, or what a server gives at `address`) for one test and looks at the end of it whether all was quiet. hash: an object.
export async function open(t, file, hash, {width = 1280, height = 900, dark = false, address = addressOf(file)} = {}) {
  const context = await browser.newContext({viewport: {width, height}, colorScheme: dark ? "dark" : "light"});
  const page = await context.newPage();
  const noise = [];
  page.on("console", (message) => noise.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => noise.push(`error: ${error.stack}`));
  page.on("request", (request) => {
    if (request.url().split("#")[0] !== address) noise.push(`request: ${request.url()}`);
  });
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
  });
  page.noise = noise;
  t.after(async () => {
    await context.close();
    assert.deepEqual(noise, []);
  });
  await page.goto(address + (hash ? `#${new URLSearchParams(hash)}` : ""));
  return page;
}

export const hashOf = async (page) => Object.fromEntries(new URLSearchParams(new URL(page.url()).hash.slice(1)));

// What a gesture leads to comes a moment later, on a busy machine much later. -> what `look` saw when it held.
export async function eventually(look, holds) {
  for (let tries = 0; tries < 150; ++tries) {
    const seen = await look();
    if (holds(seen)) return seen;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`it never came: ${JSON.stringify(await look())}`);
}

// Names of the cases in a table, in the order shown.
export const firstColumn = (page) => page.locator("table.sortable tbody th a").allInnerTexts();
