// The console's own script: prints, narrows lists, and keeps an open shortlist up to date. No page needs it to be read.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }

  for (const field of document.querySelectorAll("[data-filter]")) {
    field.addEventListener("input", () => {
      const wanted = field.value.trim().toLowerCase();
      for (const item of document.querySelectorAll(field.dataset.filter)) {
        item.hidden = !item.textContent.toLowerCase().includes(wanted);
      }
      for (const city of document.querySelectorAll(".city")) {
        city.hidden = !city.querySelector("li:not([hidden])");
      }
    });
  }

  // A file that is dropped, or chosen, is tried at once.
  for (const form of document.querySelectorAll("[data-drop]")) {
    const field = form.querySelector("input[type=file]");
    const send = () => { form.setAttribute("aria-busy", "true"); form.requestSubmit(); };
    field.addEventListener("change", () => { if (field.files.length) send(); });
    for (const kind of ["dragenter", "dragover"]) {
      form.addEventListener(kind, (event) => { event.preventDefault(); form.classList.add("over"); });
    }
    for (const kind of ["dragleave", "drop"]) form.addEventListener(kind, () => form.classList.remove("over"));
    form.addEventListener("drop", (event) => {
      event.preventDefault();
      if (!event.dataTransfer.files.length) return;
      field.files = event.dataTransfer.files;
      send();
    });
  }

  // --- live: parts marked data-live are fetched again when something changes after their seq ---

  const live = () => document.querySelector("[data-live]");
  if (!live()) return;
  const follows = new Set(["rating", "engagement", "demand", "programme", "college", "park", "enterprise", "preset", "sheet",
    "model", "major", "industry", "occupation", "clock"]);
  let state = "";
  // The ranks and the address of the changes as the reader first saw this question.
  let first = remember();

  function remember() {
    const ranks = new Map();
    for (const row of live().querySelectorAll("[data-rank]")) ranks.set(row.id, Number(row.dataset.rank));
    return { ranks, changes: live().dataset.changes };
  }

  function show(on) {
    state = on ? "on" : "off";
    const line = live()?.querySelector(".live-state");
    if (!line) return;
    line.textContent = line.dataset[state];
    line.classList.toggle("on", on);
  }

  async function fetched(address, id) {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
    return new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(id);
  }

  // Puts a new part into place; rows glide from where they were.
  function place(part) {
    const old = live();
    const before = new Map();
    for (const row of old.querySelectorAll("[data-rank]")) before.set(row.id, row.getBoundingClientRect().top);
    const focus = document.activeElement;
    const within = old.contains(focus) ? [...old.querySelectorAll("a, button, select, summary")].indexOf(focus) : -1;
    const open = [...old.querySelectorAll("details")].map((each) => each.open);
    const team = old.querySelector("#team");
    // What moved is counted from where the reader began, not from the last change.
    part.dataset.changes = first.changes;
    old.replaceWith(part);
    part.querySelectorAll("details").forEach((each, at) => { each.open = open[at] ?? false; });
    const fresh = part.querySelector("#team");
    if (fresh && team) fresh.replaceChildren(...team.childNodes);
    if (within >= 0) [...part.querySelectorAll("a, button, select, summary")][within]?.focus();
    for (const row of part.querySelectorAll("[data-rank]")) {
      const was = before.get(row.id);
      const moved = was === undefined ? 0 : was - row.getBoundingClientRect().top;
      const ranks = (first.ranks.get(row.id) ?? Number(row.dataset.rank)) - Number(row.dataset.rank);
      const badge = row.querySelector(".moved");
      if (ranks !== 0 && badge) {
        badge.textContent = ranks > 0 ? `▲${ranks}` : `▼${-ranks}`;
        badge.className = `moved ${ranks > 0 ? "up" : "down"}`;
        row.classList.add("fresh");
      }
      if (moved !== 0 && !still.matches) {
        row.animate([{ transform: `translateY(${moved}px)` }, { transform: "none" }], { duration: 320, easing: "ease-out" });
      }
    }
    htmx.process(part);
    show(state === "on");
    performance.mark("zeyou-repainted", { detail: Number(part.dataset.live) });
  }

  // The list comes first; what moved and why follows, the newest only.
  let asked = 0;
  async function explain() {
    const mine = ++asked;
    try {
      const found = await changes();
      if (found && mine === asked) announce(found);
    } catch {
      // The list is right without it; the next change asks again.
    }
  }

  async function changes() {
    const panel = document.getElementById("changes");
    if (!panel || !first.changes) return null;
    return fetched(first.changes, "changes");
  }

  function announce(found) {
    document.getElementById("changes").replaceWith(found);
    const spoken = document.getElementById("spoken");
    const said = [...found.querySelectorAll("li")].slice(0, 2).map((item) => item.textContent.trim()).join(" ");
    spoken.textContent = said || found.querySelector("p")?.textContent || "";
  }

  let running = false;
  let again = false;
  async function refresh() {
    if (running) { again = true; return; }
    running = true;
    try {
      do {
        again = false;
        const part = await fetched(location.href, live().id);
        if (part) place(part);
      } while (again);
      explain();
    } catch (error) {
      show(false);
    } finally {
      running = false;
    }
  }

  // Another question was asked: what moved is counted from here on.
  document.addEventListener("htmx:after:swap", () => {
    if (!live() || live().dataset.changes === first.changes) return;
    first = remember();
    document.getElementById("changes")?.replaceChildren();
    document.getElementById("changes")?.removeAttribute("class");
    show(state === "on");
  });

  const source = new EventSource(`/api/v1/events?after=${live().dataset.live}`);
  source.addEventListener("open", () => show(true));
  source.addEventListener("error", () => show(false));
  source.addEventListener("change", (message) => {
    const { seq, kind } = JSON.parse(message.data);
    if (follows.has(kind) && seq > Number(live().dataset.live)) refresh();
  });
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
})();
