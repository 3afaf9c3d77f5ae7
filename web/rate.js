// The rater's form: keeps the answers on a dropped network and sends them again under the same key. The form works without.
(() => {
  "use strict";
  const kept = `zeyou-rating ${location.pathname}`;
  const steps = [2, 4, 8, 15, 30, 60];
  const store = {
    get: () => { try { return localStorage.getItem(kept); } catch { return null; } },
    set: (text) => { try { localStorage.setItem(kept, text); } catch { /* private mode: kept in memory only */ } },
    drop: () => { try { localStorage.removeItem(kept); } catch { /* nothing was kept */ } },
  };

  function send(form, body) {
    const line = form.querySelector("[role=status]");
    const button = form.querySelector("button");
    const say = (text, waits) => { line.textContent = text; line.classList.toggle("waits", waits); };
    let tries = 0;
    let timer = 0;
    let busy = false;
    button.disabled = true;
    store.set(body);

    async function attempt() {
      if (busy) return;
      busy = true;
      clearTimeout(timer);
      say(form.dataset.sending, false);
      try {
        const headers = { Accept: "text/html", "Content-Type": "application/x-www-form-urlencoded" };
        const answer = await fetch(form.action, { method: "POST", headers, body });
        if (answer.status < 500) {
          store.drop();
          removeEventListener("online", attempt);
          // What was refused is sent once more as a plain form, which shows why.
          if (answer.ok) location.replace(answer.url); else form.submit();
          return;
        }
      } catch { /* no network */ }
      busy = false;
      say(form.dataset.waiting, true);
      timer = setTimeout(attempt, 1000 * steps[Math.min(tries++, steps.length - 1)]);
    }

    addEventListener("online", attempt);
    attempt();
  }

  for (const form of document.querySelectorAll("form[data-send]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form, new URLSearchParams(new FormData(form)).toString());
    });
  }

  // Closed while it waited: what was kept is sent, unless something newer has been recorded since.
  const body = store.get();
  if (body !== null) {
    const rev = new URLSearchParams(body).get("rev");
    const form = document.querySelector("form[data-send]");
    if (form && form.elements.namedItem("rev").value === rev) send(form, body); else store.drop();
  }
})();
