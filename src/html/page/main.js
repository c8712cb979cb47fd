// The frame around the views: which one the address asks for, the theme, and printing.

const kViews = {overview: overviewView, case: caseView, compare: compareView, calibration: calibrationView};

function startPage() {
  const records = loadHistory();
  const place = h("main", {id: "view", tabindex: "-1"});
  const links = {overview: "Cases", compare: "Compare", calibration: "Calibration"};
  const anchors = Object.entries(links).map(([view, text]) => h("a", {href: addressOf({view}), "data-view": view}, text));
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light")) === "dark";
  const theme = h("button", {type: "button", class: "theme", onclick: () => setTheme(isDark() ? "light" : "dark")});
  let current = {};

  function setTheme(name) {
    document.documentElement.dataset.theme = name;
    repaint();
  }
  // The same view in other colours: what a reader opened stays open, with its rows at once, since paper does not wait.
  function repaint() {
    const opened = Array.from(place.querySelectorAll("details"), (one) => one.open);
    render();
    for (const [i, one] of place.querySelectorAll("details").entries()) {
      one.open = opened[i] ?? false;
      one.refresh?.();
    }
  }
  function render() {
    const state = stateOf(location.hash);
    const name = state.view in kViews ? state.view : "overview";
    current.dispose?.();
    current = kViews[name](records, state);
    place.replaceChildren(...[current.element].flat(Infinity).filter(Boolean));
    current.attached?.();
    for (const anchor of anchors) {
      if (anchor.dataset.view === name) anchor.setAttribute("aria-current", "page");
      else anchor.removeAttribute("aria-current");
    }
    theme.textContent = isDark() ? "\u2600 light" : "\u263e dark";
    theme.setAttribute("aria-label", isDark() ? "Light theme" : "Dark theme");
    document.title = `${name === "case" ? state.case ?? "" : links[name]} \u00b7 ${records.json.repository ?? "ratchet"}`;
  }
  document.getElementById("page").append(
    h("a", {href: "#view", class: "skip", onclick: (event) => { event.preventDefault(); place.focus(); }}, "Skip to the content"),
    h("header", {}, h("a", {class: "home", href: addressOf({view: "overview"})}, "ratchet",
      records.json.repository && h("span", {class: "repository"}, records.json.repository)),
    h("nav", {"aria-label": "Views"}, anchors), theme),
    place,
    h("footer", {}, `Written by ${records.json.tool}, ${instantText(records.json.made_at)}. Positive changes are slower.`));
  addEventListener("hashchange", () => { render(); scrollTo(0, 0); });
  dark.addEventListener("change", repaint);
  // Paper is white.
  let shown = null;
  addEventListener("beforeprint", () => { shown = document.documentElement.dataset.theme ?? ""; setTheme("light"); });
  addEventListener("afterprint", () => {
    if (shown === "") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = shown;
    repaint();
  });
  render();
}

startPage();
