// Elements. Text only ever becomes a text node, so names from commits and cases cannot become markup.

const kSvg = "http://www.w3.org/2000/svg";

function fill(element, properties, children) {
  for (const [key, value] of Object.entries(properties ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "value") element.value = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

function h(tag, properties, ...children) {
  return fill(document.createElement(tag), properties, children);
}

function svg(tag, properties, ...children) {
  return fill(document.createElementNS(kSvg, tag), properties, children);
}

function verdictBadge(word) {
  const known = kVerdicts[word];
  if (!known) return h("span", {class: "verdict plain"}, word === "" ? "not judged" : word);
  return h("span", {class: `verdict ${known.tone}`, title: known.about},
    h("span", {"aria-hidden": "true", class: "sign"}, known.sign), word.replace("_", " "));
}

// A case's id, which may be broken between its parts only.
function brokenName(name) {
  return name.split(/(?<=[/,])/).flatMap((part) => [part, h("wbr")]);
}

// What may as well be nothing is not called slower or faster.
function changeText(ratio, interval) {
  if (ratio === null || ratio === undefined) return h("span", {class: "faint"}, kDash);
  const open = interval && interval[0] <= 0 && interval[1] >= 0;
  const word = open ? "" : ratio > 0 ? "slower" : ratio < 0 ? "faster" : "";
  return h("span", {class: "number"}, percentText(ratio), word && h("span", {class: "quiet-word"}, ` ${word}`));
}

// A switch of two or more words, of which one is pressed.
function choice(label, words, current, choose) {
  const buttons = Object.entries(words).map(([value, text]) =>
    h("button", {type: "button", "aria-pressed": String(value === current), "data-value": value,
      onclick: () => {
        for (const one of buttons) one.setAttribute("aria-pressed", String(one.dataset.value === value));
        choose(value);
      }}, text));
  return h("div", {class: "choice", role: "group", "aria-label": label}, buttons);
}

// The numbers behind a chart. Rows are made when somebody opens it: thousands of them cost a fraction of a second.
function tableBehind(summary, makeTable) {
  const place = h("div", {class: "scroll", tabindex: "0", role: "region", "aria-label": summary});
  const details = h("details", {class: "behind", ontoggle: () => {
    place.replaceChildren(...(details.open ? [makeTable()] : []));
  }}, h("summary", {}, summary), place);
  details.refresh = () => details.open && place.replaceChildren(makeTable());
  return details;
}

function plainTable(caption, heads, rows) {
  return h("table", {},
    h("caption", {}, caption),
    h("thead", {}, h("tr", {}, heads.map((head) => h("th", {scope: "col"}, head)))),
    h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell) => h("td", {}, cell))))));
}
