// A session ends when nothing was done for a while. Typing counts as doing, so that a long call
// does not end it; a while before the end the page says so.
(() => {
  "use strict";
  const { sessionIdle, sessionEnds, sessionStay, sessionNow } = document.body.dataset;
  if (!sessionIdle) return;
  const IDLE_MS = Number(sessionIdle) * 1000;
  const WARN_MS = Math.min(120000, IDLE_MS / 3);
  const LONGEST_WARN_MS = 600000;
  const TELL_MS = Math.min(120000, IDLE_MS / 4);
  const endsAt = Date.now() + (Number(sessionEnds) - Number(sessionNow)) * 1000;
  const bar = document.querySelector(".session-ends");
  let told = Date.now();
  let active = told;

  function tell() {
    told = Date.now();
    const token = JSON.parse(document.body.getAttribute("hx-headers:inherited") || "{}");
    fetch(sessionStay, { method: "POST", headers: token, redirect: "manual" })
      .catch(() => { told = 0; });
  }

  function look() {
    const now = Date.now();
    if (active > told && now - told > TELL_MS) tell();
    const idle = now - Math.max(told, active) > IDLE_MS - WARN_MS;
    const longest = endsAt - now < LONGEST_WARN_MS;
    bar.hidden = !(idle || longest);
    bar.querySelector("[data-session-idle]").hidden = !idle;
    bar.querySelector("[data-session-stay]").hidden = !idle;
    bar.querySelector("[data-session-longest]").hidden = idle || !longest;
  }

  for (const kind of ["keydown", "input", "pointerdown"]) {
    document.addEventListener(kind, () => { active = Date.now(); }, { passive: true });
  }
  bar.querySelector("[data-session-stay]").addEventListener("click", () => { tell(); look(); });
  document.addEventListener("htmx:after:request", (event) => {
    // What a page asks by itself keeps nobody signed in, here as at the server.
    const source = event.detail?.ctx?.sourceElement ?? event.target;
    if (!source.closest?.('[hx-trigger^="every"]')) told = Date.now();
  });
  setInterval(look, Math.min(5000, IDLE_MS / 10));
})();
