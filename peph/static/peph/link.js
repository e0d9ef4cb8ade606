// A task behind a link is saved while it is filled in. Without script, the button “Save for later” does it.

const PAUSE = 1500;
const status = document.getElementById("draft-status");
const waiting = new Map();
const kept = new Map();

const written = (form) => new URLSearchParams(new FormData(form));

/** Send what the form holds now, unless that is what was saved last. */
async function save(form) {
  clearTimeout(waiting.get(form));
  waiting.delete(form);
  const body = written(form);
  const text = body.toString();
  if (form.dataset.sent || kept.get(form) === text) return;
  kept.set(form, text);
  try {
    const answer = await fetch(form.dataset.draft, {
      method: "POST",
      body,
      headers: { Accept: "application/json" },
      // Also while the page is being left.
      keepalive: text.length < 60000,
    });
    const told = await answer.json();
    status.textContent = told.message;
    if (!answer.ok) kept.delete(form);
  } catch {
    kept.delete(form);
    status.textContent = status.dataset.lost;
  }
}

for (const form of document.querySelectorAll("form[data-draft]")) {
  kept.set(form, written(form).toString());
  form.addEventListener("input", () => {
    clearTimeout(waiting.get(form));
    waiting.set(form, setTimeout(() => save(form), PAUSE));
  });
  form.addEventListener("change", () => save(form));
  form.addEventListener("submit", () => {
    // What is being sent needs no draft.
    form.dataset.sent = "yes";
    clearTimeout(waiting.get(form));
  });
}

// A telephone may never come back to a page it leaves.
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "hidden") return;
  for (const form of [...waiting.keys()]) save(form);
});

// Back by the button of the browser: the form can be filled in again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-draft]")) delete form.dataset.sent;
});
