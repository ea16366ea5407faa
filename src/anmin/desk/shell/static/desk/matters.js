// One matter's page: ready texts go into their box without a round trip, and the print button.
(() => {
  "use strict";

  document.addEventListener("click", (event) => {
    const ready = event.target.closest("[data-insert]");
    const box = ready && document.getElementById(ready.dataset.into);
    if (box) {
      event.preventDefault(); // without script the form is sent, and comes back with the text
      const typed = box.value.slice(0, box.selectionStart).trimEnd();
      const rest = box.value.slice(box.selectionEnd).trimStart();
      box.value = [typed, ready.dataset.insert, rest].filter(Boolean).join("\n");
      box.focus();
      chooseGap(box, typed.length);
    }
    if (event.target.closest("[data-print]")) window.print();
  });

  // The first gap 〔…〕 is chosen, so that typing fills it; Tab in the box goes to the next one.
  const GAP = /〔(?!\d{4}〕)[^〔〕]*〕/g;

  function chooseGap(box, from) {
    GAP.lastIndex = from;
    const gap = GAP.exec(box.value);
    if (gap) box.setSelectionRange(gap.index, gap.index + gap[0].length);
    return Boolean(gap);
  }

  document.addEventListener("keydown", (event) => {
    const plainTab = event.key === "Tab" && !event.shiftKey && !event.ctrlKey && !event.altKey;
    if (!plainTab || !event.target.matches("textarea")) return;
    if (chooseGap(event.target, event.target.selectionEnd)) event.preventDefault();
  });

  // A details opened by its key or a click: into its first box.
  document.addEventListener(
    "toggle",
    (event) => {
      if (!event.target.matches?.("details.step[open]")) return;
      event.target.querySelector("textarea, input:not([type=hidden]), select")?.focus();
    },
    true,
  );

  function showPrint(root) {
    root.querySelectorAll("[data-print]").forEach((button) => (button.hidden = false));
  }
  document.addEventListener("htmx:after:process", (event) => showPrint(event.target));
  showPrint(document);
})();
