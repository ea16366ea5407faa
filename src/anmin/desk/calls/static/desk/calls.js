// One call by keyboard. In the question that has the focus its keys (data-digit) choose; Enter and
// the arrows up and down go to another question, and where several may be ticked the arrows left
// and right walk, so that Tab leaves it at once. Letters (data-key) choose how the call went; Ctrl
// Enter saves from anywhere. The focus is on the question, never on one of its answers before
// somebody has chosen it.
(() => {
  "use strict";
  const SWITCH = "anmin-keys"; // single keys may be switched off on this device (keys.js)
  const TYPING = "textarea, select, input:not([type=checkbox], [type=radio])";
  const ONWARD = "fieldset, input"; // where Enter goes on to the next question
  let last = null; // the question that had the focus before it went nowhere

  const off = () => {
    try {
      return localStorage.getItem(SWITCH) === "off";
    } catch {
      return false;
    }
  };
  const groups = () => [...document.querySelectorAll("[data-ask]")].filter((one) => one.checkVisibility());
  function enter(group) {
    const typed = group.querySelector(TYPING);
    const chosen = group.querySelector("input[type=radio]:checked");
    (typed ?? chosen ?? group).focus();
  }

  // Where several may be ticked, one box is in the order of Tab: the one that had the focus last.
  function rove(group, current) {
    const boxes = [...group.querySelectorAll("input[type=checkbox]")];
    const one = current ?? boxes[0];
    boxes.forEach((box) => (box.tabIndex = box === one ? 0 : -1));
    return boxes;
  }

  function walk(group, step) {
    const boxes = rove(group);
    const at = boxes.indexOf(document.activeElement);
    boxes.at(at < 0 ? (step > 0 ? 0 : -1) : (at + step) % boxes.length)?.focus();
  }

  const here = () => {
    const all = groups();
    const focused = document.activeElement?.closest("[data-ask]");
    return focused ?? (all.includes(last) ? last : all[0]);
  };

  function go(step, from = here()) {
    const all = groups();
    const astray = !document.activeElement?.closest("[data-ask]");
    const next = astray ? from : all[all.indexOf(from) + step];
    if (next) enter(next);
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
    if (!call || event.isComposing || document.querySelector("dialog[open]")) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const group = event.target.closest("form.call [data-ask], form.call .ask-outcome");
    if (event.key === "Enter" && group && event.target.matches(ONWARD)) {
      event.preventDefault();
      go(1);
      return;
    }
    if (event.defaultPrevented) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const side = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step && !event.target.closest(".ask-outcome") && leaves(event.target, step)) {
      event.preventDefault();
      go(step);
    } else if (side && group?.hasAttribute("data-several") && !event.target.matches(TYPING)) {
      event.preventDefault();
      walk(group, side);
    } else if (/^[0-9a-z]$/.test(event.key) && !event.target.matches(TYPING) && !off()) {
      if (choose(event.key)) event.preventDefault();
    }
  });

  document.addEventListener("focusin", (event) => {
    last = event.target.closest("[data-ask]") ?? last;
    const several = event.target.matches("[data-several] input[type=checkbox]");
    if (several) rove(event.target.closest("[data-several]"), event.target);
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
    if (box.name === "outcome" && box.value === "opted_out") {
      box.form.querySelector(".when-stopping [data-ask]")?.focus();
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
  function ready() {
    watch();
    document.querySelectorAll("form.call fieldset[data-ask]").forEach((group) => (group.tabIndex = -1));
    document.querySelectorAll("form.call [data-several]").forEach((group) => {
      rove(group, group.querySelector("input[type=checkbox][tabindex='0']"));
    });
  }
  document.addEventListener("htmx:after:process", ready);
  ready();
})();
