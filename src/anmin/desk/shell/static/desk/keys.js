// The keyboard layer. Any element may carry data-key="c" or data-key="g d": the keys press it,
// tick it or focus it. Lists ([data-list]) are walked with j and k by moving the real focus, so a
// screen reader follows. Single keys can be switched off on this device (WCAG 2.1.4).
(() => {
  "use strict";
  const SWITCH = "anmin-keys";
  const SEQUENCE_MS = 1200;
  const TYPING =
    'textarea, select, [contenteditable=""], [contenteditable="true"], ' +
    "input:not([type=checkbox], [type=radio], [type=button], [type=submit], [type=reset], [type=file])";
  const CHOICE = "input[type=radio], input[type=checkbox]";
  let pressed = "";
  let forget = 0;
  let lastPlace = null; // the row that had the focus, to return to after a swap

  const switchedOn = () => {
    try {
      return localStorage.getItem(SWITCH) !== "off";
    } catch {
      return true;
    }
  };
  const visible = (element) => element.checkVisibility?.() ?? element.offsetParent !== null;
  const scope = () => document.querySelector("dialog[open]") ?? document;
  const keyed = () => [...scope().querySelectorAll("[data-key]")].filter(visible);

  // --- lists ----------------------------------------------------------------------------------
  const rowsOf = (list) =>
    [...list.querySelectorAll("[data-item], tbody > tr")].filter((row) => visible(row) && door(row));
  const door = (row) => row.querySelector("[data-open], a[href], button");
  const currentRow = () => document.activeElement?.closest("[data-item], [data-list] tbody > tr");

  function walk(step) {
    const row = currentRow();
    const list = row?.closest("[data-list]") ?? [...scope().querySelectorAll("[data-list]")].find(visible);
    if (!list) return false;
    const rows = rowsOf(list);
    const at = rows.indexOf(row);
    const next = at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step;
    const target = rows[Math.min(Math.max(next, 0), rows.length - 1)];
    if (!target) return false;
    door(target).focus();
    target.scrollIntoView({ block: "nearest" });
    return true;
  }

  function choose() {
    const box = currentRow()?.querySelector("[data-select]");
    if (!box) return false;
    box.click();
    return true;
  }

  function open() {
    const active = document.activeElement;
    const row = currentRow();
    // Enter on a link or button already works; on the row's tick box it opens the row.
    if (!row || !active.matches("[data-select]")) return false;
    door(row).click();
    return true;
  }

  // --- sending --------------------------------------------------------------------------------
  // Of several buttons the main one, which need not be the first.
  const mainButton = (form) =>
    [...form.elements].find((one) => one.type === "submit" && !one.disabled && one.matches(".btn-primary"));

  // Outside of every form: the one whose main button is the page's only one.
  function theForm() {
    const main = [...scope().querySelectorAll("main .btn-primary, dialog .btn-primary")].filter(
      (one) => one.form && one.type === "submit" && visible(one));
    return main.length === 1 ? main[0].form : null;
  }

  // --- pressing -------------------------------------------------------------------------------
  function press(element) {
    if (element.matches(CHOICE)) {
      element.focus();
      element.click();
    } else if (element.matches("input, select, textarea")) {
      element.focus();
      element.select?.();
    } else if (element.matches("details")) {
      element.open = !element.open;
      const first = element.open && element.querySelector("input:not([type=hidden]), select, textarea");
      (first || element.querySelector("summary")).focus();
    } else {
      element.click();
    }
  }

  const BUILT_IN = { j: () => walk(1), k: () => walk(-1), x: choose, Enter: open };

  function escape(event) {
    if (document.querySelector("dialog[open]") || !event.target.matches(TYPING)) return;
    event.target.blur();
  }

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented) return;
    if (event.key === "Escape") return escape(event);
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const form = event.target.closest("form") ?? theForm();
      if (form && form.method !== "dialog") {
        event.preventDefault();
        form.requestSubmit(mainButton(form));
      }
      return;
    }
    // Who ticks or chooses has not finished: a plain Enter there sends nothing.
    if (event.key === "Enter" && event.target.matches(CHOICE) && event.target.form?.method === "post") {
      event.preventDefault();
      open();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.key.length > 1 && event.key !== "Enter") return;
    if (event.target.matches(TYPING) || !switchedOn()) return;

    clearTimeout(forget);
    const tried = pressed ? `${pressed} ${event.key}` : event.key;
    pressed = "";
    const all = keyed();
    const exact = all.find((element) => element.dataset.key === tried && !element.disabled);
    if (exact) {
      event.preventDefault();
      press(exact);
    } else if (all.some((element) => element.dataset.key.startsWith(`${tried} `))) {
      event.preventDefault();
      pressed = tried;
      forget = setTimeout(() => (pressed = ""), SEQUENCE_MS);
    } else if (BUILT_IN[tried]?.()) {
      event.preventDefault();
    }
  });

  // --- the focus survives a swap --------------------------------------------------------------
  document.addEventListener("focusin", () => {
    const row = currentRow();
    const list = row?.closest("[data-list]");
    lastPlace = list ? { id: row.id, index: rowsOf(list).indexOf(row) } : null;
  });
  document.addEventListener("htmx:after:swap", () => {
    if (!lastPlace || document.activeElement !== document.body) return;
    const list = [...document.querySelectorAll("[data-list]")].find(visible);
    if (!list) return;
    const rows = rowsOf(list);
    const same = rows.find((row) => row.id && row.id === lastPlace.id);
    const row = same ?? rows[Math.min(lastPlace.index, rows.length - 1)];
    if (row) door(row).focus({ preventScroll: true });
  });

  // --- the help dialog, written from what is on the page ---------------------------------------
  function line(keys, label) {
    const row = document.createElement("div");
    const term = document.createElement("dt");
    keys.split(" ").forEach((key) => {
      const cap = document.createElement("kbd");
      cap.textContent = key;
      term.append(cap, " ");
    });
    const words = document.createElement("dd");
    words.textContent = label;
    row.append(term, words);
    return row;
  }

  function labelOf(element) {
    const said = element.dataset.keyLabel || element.getAttribute("aria-label");
    if (said) return said;
    const words = (element.labels?.[0] ?? element).cloneNode(true);
    words.querySelectorAll("kbd").forEach((key) => key.remove());
    return words.textContent.trim();
  }

  function writeHelp() {
    const help = document.getElementById("keys-help");
    const page = help.querySelector("[data-keys-page]");
    const go = help.querySelector("[data-keys-go]");
    page.replaceChildren();
    go.replaceChildren();
    document.querySelectorAll("[data-key]").forEach((element) => {
      if (!visible(element) || help.contains(element)) return;
      const place = element.closest(".top, .side") ? go : page;
      place.append(line(element.dataset.key, labelOf(element)));
    });
    page.parentElement.hidden = !page.children.length;
    help.querySelector("[data-keys-list-section]").hidden = !document.querySelector("[data-list]");
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest('[data-opens="keys-help"]')) writeHelp();
  }, true);

  const box = document.querySelector("[data-keys-switch]");
  if (box) {
    box.checked = switchedOn();
    box.addEventListener("change", () => {
      try {
        localStorage.setItem(SWITCH, box.checked ? "on" : "off");
      } catch {
        box.checked = true; // storage refused: the keys stay on
      }
    });
  }
})();
