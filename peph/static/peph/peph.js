// Comforts on top of pages that work without script: nothing here is needed to do anything.

/** Ask in a dialog before a form that is hard to undo; without script the server asks on a page. */
function askBefore(form) {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  const question = document.createElement("p");
  question.id = `question-${crypto.randomUUID ? crypto.randomUUID() : Date.now()}`;
  question.textContent = form.dataset.confirm;
  dialog.setAttribute("aria-labelledby", question.id);

  const actions = document.createElement("div");
  actions.className = "actions";
  const button = (text, style, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = `button ${style}`;
    made.textContent = text;
    made.addEventListener("click", act);
    return made;
  };
  actions.append(
    button(form.dataset.confirmYes, "button-danger", () => {
      const yes = document.createElement("input");
      yes.type = "hidden";
      yes.name = "confirmed";
      yes.value = "yes";
      form.append(yes);
      dialog.close();
      form.submit();
    }),
    button(form.dataset.confirmNo, "button-secondary", () => dialog.close()),
  );
  dialog.append(question, actions);
  // Closing, by the button or by Escape, gives the focus back to what opened it.
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-confirm]");
  if (form) {
    event.preventDefault();
    askBefore(form);
  }
});

// An open menu closes on Escape, and when one goes elsewhere.
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// A button that prints the page is there only where it does something.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// The page after a refused form starts at its error summary, also where `autofocus` is not honoured.
document.querySelector(".error-summary")?.focus();
