// What every desk page does: menus, dialogs, confirmations, toasts, offline banner, bulk choice,
// and the failures of htmx requests told in the reader's language. All words come from the page.
(() => {
  "use strict";
  const words = () => document.body.dataset;
  const CALM_TOAST_MS = 10000;

  // --- toasts ---------------------------------------------------------------------------------
  function toast(text) {
    const note = document.createElement("div");
    note.className = "toast-note toast-error";
    note.dataset.toast = "";
    note.setAttribute("role", "alert");
    const line = document.createElement("p");
    line.textContent = text;
    const close = document.createElement("button");
    close.type = "button";
    close.className = "btn btn-quiet btn-icon btn-small";
    close.dataset.toastClose = "";
    close.setAttribute("aria-label", words().textClose);
    close.textContent = "×";
    note.append(line, close);
    document.getElementById("toasts").append(note);
  }

  // Good news leaves by itself, unless someone is reading it; bad news waits to be closed.
  function ageToasts() {
    document.querySelectorAll("[data-toast]:not([role=alert]):not([data-ageing])").forEach((note) => {
      note.dataset.ageing = "";
      setTimeout(function leave() {
        if (note.matches(":hover, :focus-within")) setTimeout(leave, CALM_TOAST_MS);
        else note.remove();
      }, CALM_TOAST_MS);
    });
  }

  // --- confirmations --------------------------------------------------------------------------
  function ask(text) {
    const dialog = document.getElementById("asking");
    dialog.querySelector("#asking-text").textContent = text;
    dialog.returnValue = "no";
    dialog.showModal();
    return new Promise((resolve) => {
      dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
    });
  }

  document.addEventListener("htmx:confirm", (event) => {
    const { ctx, issueRequest, dropRequest } = event.detail;
    if (!ctx.confirm) return;
    event.preventDefault();
    ask(ctx.confirm).then((yes) => (yes ? issueRequest() : dropRequest()));
  });

  document.addEventListener("submit", (event) => {
    const text = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
    if (!text || event.target.dataset.confirmed) return;
    event.preventDefault();
    ask(text).then((yes) => {
      if (!yes) return;
      event.target.dataset.confirmed = "yes";
      event.target.requestSubmit(event.submitter);
      delete event.target.dataset.confirmed;
    });
  });

  // --- clicks: dialogs, menus, toasts, tables, bulk choice ------------------------------------
  document.addEventListener("click", (event) => {
    const hit = (selector) => event.target.closest(selector);
    const opener = hit("[data-opens]");
    if (opener) document.getElementById(opener.dataset.opens)?.showModal();
    hit("[data-closes]")?.closest("dialog")?.close();
    hit("[data-toast-close]")?.closest("[data-toast]")?.remove();
    document.querySelectorAll("[data-menu][open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    if (hit("[data-bulk-clear]")) {
      chosen(event.target.closest("form")).forEach((box) => (box.checked = false));
      showBulk(event.target.closest("form"));
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = event.target.closest("[data-menu][open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  const chosen = (form) => [...(form?.querySelectorAll("[data-select]:checked") ?? [])];

  function showBulk(form) {
    const bar = form?.querySelector("[data-bulk-bar]");
    if (!bar) return;
    const boxes = form.querySelectorAll("[data-select]");
    const count = chosen(form).length;
    bar.hidden = count === 0;
    bar.querySelector("[data-bulk-count]").textContent = count;
    const all = form.querySelector("[data-select-all]");
    if (!all) return;
    all.checked = count > 0 && count === boxes.length;
    all.indeterminate = count > 0 && count < boxes.length;
  }

  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (event.target.matches("[data-select-all]")) {
      form.querySelectorAll("[data-select]").forEach((box) => (box.checked = event.target.checked));
    }
    if (event.target.matches("[data-select], [data-select-all]")) showBulk(form);
  });

  // --- connection and failed requests ---------------------------------------------------------
  function showConnection() {
    document.querySelector("[data-offline]").hidden = navigator.onLine;
  }
  window.addEventListener("online", showConnection);
  window.addEventListener("offline", showConnection);

  const TOLD = { 401: "textRefused", 403: "textRefused", 404: "textGone", 429: "textBusy" };

  // What a page asks by itself fails in silence: the next time is near.
  const byItself = (event) =>
    (event.detail?.ctx?.sourceElement ?? event.target).closest?.('[hx-trigger^="every"]');

  document.addEventListener("htmx:response:error", (event) => {
    const { ctx } = event.detail;
    if (byItself(event)) {
      ctx.swap = "none";
      return;
    }
    const status = ctx.response.status;
    // A refusal comes as one plain line and is said as it is; nothing on the page changes.
    const line = ctx.response.headers.get("Content-Type")?.startsWith("text/plain") && ctx.text.trim();
    if (line) ctx.swap = "none";
    // Otherwise 409 and 422 bring their own fragment: a conflict, or a form with its errors.
    if (line || (status !== 409 && status !== 422)) toast(line || words()[TOLD[status] ?? "textFailed"]);
  });
  document.addEventListener("htmx:error", (event) => {
    if (byItself(event)) return;
    if (event.detail.error instanceof TypeError || event.detail.error?.name === "AbortError") {
      toast(words().textUnreachable);
    }
  });
  document.addEventListener("htmx:before:swap", (event) => {
    // The session has ended, or wants its second step: go to that page, and come back here.
    const answer = event.detail.ctx?.response?.raw;
    if (!answer?.redirected || byItself(event)) return;
    const there = new URL(answer.url);
    if (!there.pathname.startsWith(words().accountsUrl)) return;
    event.preventDefault();
    there.searchParams.set("next", location.pathname + location.search);
    location.assign(there);
  });

  // --- after each load or swap ----------------------------------------------------------------
  // On a phone a row is a card: each cell carries its column's heading.
  function labelCells(root) {
    const tables = [...root.querySelectorAll("table.data")];
    const around = root.closest?.("table.data");
    if (around) tables.push(around);
    tables.forEach((table) => {
      const heads = [...table.querySelectorAll("thead th")].map((head) => head.textContent.trim());
      table.querySelectorAll("tbody tr").forEach((row) => {
        [...row.cells].forEach((cell, index) => {
          if (heads[index] && !cell.dataset.label) cell.dataset.label = heads[index];
        });
      });
    });
  }

  // On a phone the filters are folded away until someone wants them.
  const narrow = window.matchMedia("(max-width: 640px)");
  let unfolded = false;
  document.addEventListener("click", (event) => {
    const fold = event.target.closest("[data-fold] > summary")?.parentElement;
    if (fold) unfolded = !fold.open;
  });

  function foldAway() {
    document.querySelectorAll("[data-fold]").forEach((fold) => (fold.open = unfolded || !narrow.matches));
  }
  narrow.addEventListener("change", foldAway);

  // On a phone the rooms are a row that scrolls: the one that one is in stands in sight.
  function showRoom() {
    const row = document.querySelector(".side");
    const here = row?.querySelector("[aria-current]");
    if (here) row.scrollLeft = here.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
  }
  narrow.addEventListener("change", showRoom);

  function dress(root) {
    showRoom();
    labelCells(root);
    foldAway();
    ageToasts();
    root.querySelector("[data-takes-focus]")?.focus();
    document.querySelectorAll("form:has([data-bulk-bar])").forEach(showBulk);
  }

  document.addEventListener("htmx:after:process", (event) => dress(event.target));
  dress(document);
  showConnection();
})();
