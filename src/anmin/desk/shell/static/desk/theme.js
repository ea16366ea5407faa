// Sets the colour theme before the first paint; loaded in <head> without defer on purpose.
// "auto" follows the system; "light" and "dark" are remembered on this device.
(() => {
  "use strict";
  const KEY = "anmin-theme";
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");

  function wanted() {
    try {
      return localStorage.getItem(KEY) || "auto";
    } catch {
      return "auto"; // storage refused: follow the system
    }
  }

  function apply() {
    const choice = wanted();
    root.dataset.bsTheme = choice === "auto" ? (dark.matches ? "dark" : "light") : choice;
    document.querySelectorAll("[data-set-theme]").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.dataset.setTheme === choice));
    });
    document.dispatchEvent(new CustomEvent("anmin:theme"));
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-set-theme]");
    if (!button) return;
    try {
      localStorage.setItem(KEY, button.dataset.setTheme);
    } catch {
      return;
    }
    apply();
  });
  dark.addEventListener("change", apply);
  document.addEventListener("DOMContentLoaded", apply);
  apply();
})();
