// One call by keyboard. In the question that has the focus digits choose and arrows go to the
// next question; letters (data-key) choose how the call went; Ctrl Enter saves from anywhere.
(() => {
  "use strict";
  const SWITCH = "anmin-keys"; // single keys may be switched off on this device (keys.js)
  const TYPING = "textarea, select, input:not([type=checkbox], [type=radio])";
  let last = null; // the question that had the focus before it went nowhere

  const off = () => {
    try {
      return localStorage.getItem(SWITCH) === "off";
    } catch {
      return false;
    }
  };
  const groups = () => [...document.querySelectorAll("[data-ask]")].filter((one) => one.checkVisibility());
  const first = (group) =>
    group.querySelector("input[type=radio]:checked") ??
    group.querySelector("input:not([type=hidden]), textarea");
  const here = () => {
    const all = groups();
    const focused = document.activeElement?.closest("[data-ask]");
    return focused ?? (all.includes(last) ? last : all[0]);
  };

  function go(step, from = here()) {
    const all = groups();
    const astray = !document.activeElement?.closest("[data-ask]");
    const next = astray ? from : all[all.indexOf(from) + step];
    if (next) first(next).focus();
    return Boolean(next);
  }

  function choose(digit) {
    const group = here();
    const box = group?.querySelector(`[data-digit="${digit}"]`);
    if (!box) return false;
    box.focus();
    if (box.type === "checkbox" || !box.checked) box.click();
    if (!group.hasAttribute("data-several")) go(1, group);
    return true;
  }

  // In a text the arrows move the caret first, and leave it only at its end or its beginning.
  function leaves(box, step) {
    if (!box.matches(TYPING)) return true;
    if (!box.matches("textarea, input[type=text]")) return false;
    const [from, to] = [box.selectionStart, box.selectionEnd];
    return from === to && (step > 0 ? to === box.value.length : from === 0);
  }

  document.addEventListener("keydown", (event) => {
    const call = document.querySelector("form.call");
    if (!call || event.isComposing || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault(); // within the form keys.js has sent it already
      call.requestSubmit();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && !event.target.closest(".ask-outcome") && leaves(event.target, step)) {
      event.preventDefault();
      go(step);
    } else if (/^\d$/.test(event.key) && !event.target.matches(TYPING) && !off()) {
      if (choose(event.key)) event.preventDefault();
    }
  });

  document.addEventListener("focusin", (event) => {
    last = event.target.closest("[data-ask]") ?? last;
  });

  document.addEventListener("change", (event) => {
    const box = event.target;
    if (!box.form?.matches("form.call")) return;
    // Whoever answers has been reached.
    if (box.value && ["solved", "satisfaction"].includes(box.name)) {
      const reached = box.form.querySelector('[name="outcome"][value="reached"]');
      if (reached) reached.checked = true;
    }
    if (box.name === "outcome" && box.value === "appointment") {
      box.form.querySelector('[name="next_try_at"]')?.focus();
    }
  });

  // How long the call is still this operator's.
  function watch() {
    const lease = document.querySelector("[data-lease]");
    if (!lease) return;
    const minutes = Math.ceil((new Date(lease.dataset.lease) - Date.now()) / 60000);
    lease.hidden = minutes <= 0;
    document.getElementById("lease-over").hidden = minutes > 0;
    lease.querySelector("span").textContent = lease.dataset.leaseWords.replace("%n", minutes);
  }
  setInterval(watch, 15000);
  document.addEventListener("htmx:after:process", watch);
  watch();
})();
