// Puts the page together: uPlot, our scripts and the style in one file, whose policy lets exactly these run, by hash.
// usage: assemble.mjs OUT.cpp UPLOT_FOLDER STYLE SCRIPT...   Writes the page as C++, cut where its document will stand.
import {createHash} from "node:crypto";
import {readFileSync, writeFileSync} from "node:fs";

const [out, plot, style, ...scripts] = process.argv.slice(2);
const read = (file) => readFileSync(file, "utf8");
// Its licence wants to stand in every copy.
const license = `/*! uPlot\n${read(`${plot}/../LICENSE`)}*/\n`;
const css = read(`${plot}/uPlot.min.css`) + "\n" + read(style);
// One scope for all of ours: names meet across the files as they would across modules, and none is global.
const js = license + read(`${plot}/uPlot.iife.min.js`) + "\n(() => {\n\"use strict\";\n" + scripts.map(read).join("\n") + "})();\n";
for (const [name, text] of [["script", js], ["style", css]]) {
  if (text.includes(`</${name}`)) throw new Error(`the ${name} would end its own element`);
}
const hash = (text) => `'sha256-${createHash("sha256").update(text, "utf8").digest("base64")}'`;
const policy = `default-src 'none'; script-src ${hash(js)}; style-src ${hash(css)}; base-uri 'none'; form-action 'none'`;
const before = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>ratchet</title>
<style>${css}</style>
</head>
<body>
<noscript>This page draws the history of benchmarks with its own script; please allow scripts.</noscript>
<div id="page"></div>
<script type="application/json" id="document">`;
const after = `</script>
<script>${js}</script>
</body>
</html>
`;
// As numbers: a string literal of this length is more than compilers promise to take.
const array = (name, text) => {
  const bytes = Buffer.from(text, "utf8");
  const lines = [];
  for (let i = 0; i < bytes.length; i += 32) lines.push(Array.from(bytes.subarray(i, i + 32)).join(","));
  return `constexpr unsigned char ${name}[] = {\n${lines.join(",\n")}};\n`;
};
const view = (name, from) =>
  `const std::string_view ${name}{reinterpret_cast<const char*>(${from}), sizeof(${from})};\n`;
writeFileSync(out, `#include "src/html/page_text.h"

namespace ratchet::html {
namespace {
${array("kBefore", before)}${array("kAfter", after)}}  // namespace

${view("kPageBefore", "kBefore")}${view("kPageAfter", "kAfter")}
}  // namespace ratchet::html
`);
