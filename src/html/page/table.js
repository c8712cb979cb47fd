// A table that sorts by the buttons in its head. Columns: {key, label, value(row), cell(row), wide}.

// A row that a narrow page lays out as a card, its cells under their labels. The roles say what the layout takes away.
function cardRow(cells) {
  return h("tr", {role: "row"}, cells.map(({label, class: name, content}, i) => i === 0
    ? h("th", {scope: "row", role: "rowheader", class: name}, content)
    : h("td", {role: "cell", class: name, "data-label": label}, content)));
}

function sortableTable({caption, columns, rows, sort, onsort}) {
  const body = h("tbody", {role: "rowgroup"});
  const heads = columns.map((one) => h("th", {scope: "col", role: "columnheader", class: one.class},
    one.value ? h("button", {type: "button", onclick: () => choose(one.key)}, one.label,
      h("span", {class: "arrow", "aria-hidden": "true"})) : one.label));
  let shown = rows;
  let order = sort;

  function choose(key) {
    order = order.key === key ? {key, down: !order.down} : {key, down: false};
    onsort?.(order);
    draw();
  }
  function draw() {
    const by = columns.find((one) => one.key === order.key && one.value) ?? columns.find((one) => one.value);
    const compare = (a, b) => {
      const [x, y] = [by.value(a), by.value(b)];
      // What has no value stands last in both directions.
      if (x === null || y === null) return (x === null) - (y === null);
      const result = typeof x === "string" ? x.localeCompare(y, "en", {numeric: true}) : x - y;
      return order.down ? -result : result;
    };
    for (const [i, head] of heads.entries()) {
      if (columns[i].value) head.setAttribute("aria-sort",
        columns[i] === by ? (order.down ? "descending" : "ascending") : "none");
    }
    body.replaceChildren(...[...shown].sort(compare).map((row) => row.element ??= cardRow(columns.map((one) =>
      ({label: one.label, class: one.class, content: one.cell(row)})))));
  }
  const element = h("table", {class: "sortable cards", role: "table"}, h("caption", {class: "unseen"}, caption),
    h("thead", {role: "rowgroup"}, h("tr", {role: "row"}, heads)), body);
  draw();
  return {element, show(some) { shown = some; draw(); }};
}
