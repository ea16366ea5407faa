// What the library's own widgets leave out for those who listen to a page: a look-up field says
// which field it is and what is chosen; a door whose words stand on it needs no other name.
(() => {
  "use strict";
  function name() {
    for (const box of document.querySelectorAll("select.admin-autocomplete")) {
      const label = box.labels[0];
      const drawn = box.parentElement.querySelector(".select2-selection[role=combobox]");
      const chosen = drawn?.querySelector("[role=textbox]");
      if (!label || !chosen) continue;
      label.id ||= `${box.id}-label`;
      chosen.setAttribute("aria-labelledby", label.id);
      drawn.setAttribute("aria-labelledby", `${label.id} ${chosen.id}`);
    }
    for (const door of document.querySelectorAll(".datetimeshortcuts a[aria-label]")) {
      if (door.textContent.trim()) door.removeAttribute("aria-label");
    }
    for (const table of document.querySelectorAll(".inline-group table")) {
      for (const empty of table.querySelectorAll("th.original:empty")) empty.role = "cell";
      for (const cell of table.querySelectorAll("td[class^=field-]")) {
        const over = table.querySelector(`th.column-${cell.classList[0].slice(6)}`);
        for (const field of cell.querySelectorAll("select:not(.admin-autocomplete), input")) {
          field.ariaLabel ||= over?.textContent.trim();
        }
      }
      const head = table.querySelector("thead th:last-child")?.textContent.trim();
      for (const box of table.querySelectorAll("td.delete input")) box.ariaLabel ||= head;
    }
  }
  // The widgets are drawn some time after the page, each in its own moment.
  new MutationObserver(name).observe(document.body, { childList: true, subtree: true });
  name();
})();
