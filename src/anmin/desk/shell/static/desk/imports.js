// Before an upload: a file that is too large is told at once, its date goes along, and the button
// says that it works.
(() => {
  "use strict";
  const form = document.querySelector("[data-upload]");
  const file = form?.querySelector("input[type=file]");
  if (!form) return;

  function tooLarge() {
    const [chosen] = file.files;
    const large = chosen !== undefined && chosen.size > Number(file.dataset.maxBytes);
    form.querySelector("[data-upload-problem]").hidden = !large;
    return large;
  }

  function tellDate() {
    const [chosen] = file.files;
    form.elements.modified.value = chosen === undefined ? "" : String(chosen.lastModified / 1000);
  }

  file.addEventListener("change", tooLarge);
  form.addEventListener("submit", (event) => {
    if (tooLarge()) {
      event.preventDefault();
      return;
    }
    tellDate();
    form.querySelector("button").disabled = true;
    form.querySelector("[data-idle]").hidden = true;
    form.querySelector("[data-busy]").hidden = false;
  });
  // Back from the next page, the browser shows this one as it was left.
  window.addEventListener("pageshow", () => {
    form.querySelector("button").disabled = false;
    form.querySelector("[data-idle]").hidden = false;
    form.querySelector("[data-busy]").hidden = true;
  });
})();
