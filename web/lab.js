// The scenario lab: sliders that keep the total at 100, and the list repainted as they move.
(() => {
  "use strict";
  const form = document.querySelector("[data-lab]");
  if (!form) return;
  const rows = [...form.querySelectorAll(".weight")].map((row) => ({
    range: row.querySelector("input[type=range]"), box: row.querySelector("input[type=number]"), row,
  }));
  for (const hidden of form.querySelectorAll("[data-step], input[type=range]")) hidden.hidden = false;
  form.classList.add("live");
  const TOTAL = 10000;
  const hundredths = (box) => Math.round(Number(box.value || 0) * 100);

  // While one weight is being moved the others keep the proportions they had when that began.
  let held = null;

  function move(one, wanted) {
    wanted = Math.min(TOTAL, Math.max(0, Math.round(wanted)));
    if (held?.one !== one) held = { one, shares: rows.map((row) => (row === one ? 0 : hundredths(row.box))) };
    let { shares } = held;
    let sum = shares.reduce((a, b) => a + b, 0);
    if (sum === 0) {
      shares = rows.map((row) => (row === one ? 0 : 1));
      sum = rows.length - 1;
    }
    const exact = shares.map((share) => (share * (TOTAL - wanted)) / sum);
    const whole = exact.map(Math.floor);
    let left = TOTAL - wanted - whole.reduce((a, b) => a + b, 0);
    const order = exact.map((value, at) => [value - whole[at], at]).sort((a, b) => b[0] - a[0] || a[1] - b[1]);
    for (const [, at] of order) {
      if (left <= 0) break;
      if (rows[at] === one) continue;
      whole[at] += 1;
      left -= 1;
    }
    whole[rows.indexOf(one)] = wanted;
    rows.forEach((row, at) => {
      const text = String(whole[at] / 100);
      // Not under the reader's fingers.
      if (document.activeElement !== row.box) row.box.value = text;
      if (document.activeElement !== row.range) row.range.value = text;
    });
    sums();
    refresh();
  }

  function sums() {
    for (const group of form.querySelectorAll("fieldset")) {
      const boxes = [...group.querySelectorAll("input[type=number]")];
      group.querySelector("[data-sum]").textContent = Math.round(boxes.reduce((a, box) => a + hundredths(box), 0) / 100);
    }
    document.getElementById("lab-total").textContent = rows.reduce((a, row) => a + hundredths(row.box), 0) / 100;
  }

  for (const one of rows) {
    one.range.addEventListener("input", () => move(one, Number(one.range.value) * 100));
    one.box.addEventListener("input", () => {
      if (one.box.value !== "" && one.box.validity.valid) move(one, hundredths(one.box));
    });
    one.box.addEventListener("blur", () => {
      if (held?.one !== one) return;
      const others = rows.filter((row) => row !== one).reduce((a, row) => a + hundredths(row.box), 0);
      one.box.value = String((TOTAL - others) / 100);
    });
    for (const button of one.row.querySelectorAll("[data-step]")) {
      button.addEventListener("click", () => move(one, hundredths(one.box) + 100 * Number(button.dataset.step)));
    }
  }
  // Other forms of the page begin from where the sliders are now, not from where they were when it was loaded.
  for (const other of document.querySelectorAll("form[data-carry]")) {
    other.addEventListener("submit", () => {
      const query = new URL(address(), location.href).searchParams;
      // Weights that nobody moved are the preset's.
      const asked = new URLSearchParams(location.search);
      if (held === null && !rows.some((row) => asked.has(row.box.name))) rows.forEach((row) => query.delete(row.box.name));
      if (other.method === "post") {
        other.action = `${new URL(other.action).pathname}?${query}`;
        return;
      }
      for (const hidden of other.querySelectorAll("input[type=hidden]")) hidden.remove();
      for (const [name, value] of query) {
        const field = Object.assign(document.createElement("input"), { type: "hidden", name, value });
        other.append(field);
      }
    });
  }
  form.querySelector("select").addEventListener("change", () => refresh());

  function address() {
    const query = new URLSearchParams(new FormData(form));
    for (const [name, value] of [...query]) if (value === "") query.delete(name);
    return `${form.action}?${query}`;
  }

  let moved = null; // When the reader moved what is not painted yet.
  let running = false;
  let again = false;
  let said = 0;
  async function refresh() {
    moved ??= performance.now();
    if (running) { again = true; return; }
    running = true;
    const failed = document.getElementById("lab-failed");
    try {
      do {
        again = false;
        const start = moved;
        moved = null;
        const at = address();
        const answer = await fetch(at, { headers: { Accept: "text/html" } });
        if (!answer.ok) throw new Error(`${at}: ${answer.status}`);
        place(new DOMParser().parseFromString(await answer.text(), "text/html"), at);
        requestAnimationFrame(() => performance.measure("zeyou-lab", { start }));
      } while (again);
      failed.hidden = true;
    } catch {
      moved = null;
      failed.hidden = false;
    } finally {
      running = false;
    }
  }

  function place(page, at) {
    document.getElementById("lab-outcome").replaceWith(page.getElementById("lab-outcome"));
    for (const mark of page.querySelectorAll(".holds")) document.getElementById(mark.id).replaceWith(mark);
    // Browsers limit how often an address may change, and readers how often they are spoken to.
    clearTimeout(said);
    said = setTimeout(() => {
      history.replaceState(null, "", at);
      document.getElementById("spoken").textContent = document.getElementById("lab-summary").textContent;
    }, 300);
  }
})();
