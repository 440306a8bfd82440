// Keeps what was typed when a save does not arrive: a session that ended, a refusal, a server that failed.
// It stays in this tab only, until a save succeeds.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const KEY = "unsaved";
  const form = document.querySelector("#content-main form[id$='_form']");
  const read = () => {
    try { return JSON.parse(sessionStorage.getItem(KEY)); } catch { return null; }
  };
  const forget = () => sessionStorage.removeItem(KEY);

  if (document.querySelector(".messagelist .success") || form?.querySelector(".errornote")) forget();

  const kept = read();
  if (form && kept?.path === location.pathname) offer();

  form?.addEventListener("submit", () => {
    const fields = [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken" && name !== "overwrite_revision");
    const time = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    try {
      sessionStorage.setItem(KEY, JSON.stringify({ path: location.pathname, time, fields }));
    } catch { /* No room, or storage is off: the save itself goes on. */ }
  });

  function offer() {
    const notice = document.createElement("div");
    notice.className = "kept";
    notice.setAttribute("role", "status");
    const text = document.createElement("p");
    text.textContent = `What you saved at ${kept.time} did not arrive. Your text is still here.`;
    notice.append(text, button("Put my text back", () => { putBack(); text.textContent = "Your text is back in the form. Save it again."; }), button("Forget it", () => notice.remove()));
    form.before(notice);
  }

  function button(label, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "button";
    made.textContent = label;
    made.addEventListener("click", () => {
      act();
      forget();
      made.parentElement?.querySelectorAll("button").forEach((one) => one.remove());
    });
    return made;
  }

  function putBack() {
    for (const [name, value] of kept.fields) {
      const prefix = name.match(/^(.+)-TOTAL_FORMS$/)?.[1];
      const total = prefix && form.elements[name];
      const add = prefix && document.querySelector(`#${prefix}-group .add-row a`);
      while (add && Number(total.value) < Number(value)) {
        const before = total.value;
        add.click();
        if (total.value === before) break;
      }
    }
    for (const box of form.querySelectorAll("input[type=checkbox]")) box.checked = false;
    for (const [name, value] of kept.fields) {
      const field = form.elements[name];
      if (!field || field instanceof RadioNodeList || name.startsWith("_")) continue;
      if (field.type === "checkbox") field.checked = true;
      else field.value = value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }
});
