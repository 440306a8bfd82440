// Comfort for long forms: rows moved by drag or by keyboard, jump links, a warning before unsaved text is left.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("#content-main form[id$='_form']");
  if (!form) return;
  const status = document.createElement("p");
  status.className = "visually-hidden";
  status.setAttribute("role", "status");
  form.before(status);

  // Rows

  const rowsOf = (group) => [...group.querySelectorAll(".inline-related:not(.tabular):not(.empty-form), tr.form-row:not(.empty-form)")];
  const positionOf = (row) => row.querySelector("input[name$='-position']");
  const titleOf = (row) => (row.querySelector(".inline_label, td.original p")?.textContent || "Row").trim().slice(0, 60);

  const renumber = (group) => {
    rowsOf(group).forEach((row, index) => { positionOf(row).value = index + 1; });
    dirty = true;
  };

  const move = (row, step) => {
    const group = row.closest(".inline-group");
    const rows = rowsOf(group);
    const other = rows[rows.indexOf(row) + step];
    if (!other) return;
    if (step < 0) other.before(row); else other.after(row);
    renumber(group);
    status.textContent = `${titleOf(row)}: now ${rowsOf(group).indexOf(row) + 1} of ${rows.length}`;
  };

  let dragged = null;
  const equip = (row) => {
    if (!positionOf(row) || row.querySelector(".row-tools")) return;
    const tools = document.createElement("span");
    tools.className = "row-tools";
    const handle = document.createElement("span");
    handle.className = "drag-handle";
    handle.draggable = true;
    handle.title = "Drag to another place";
    handle.textContent = "⠿";
    handle.setAttribute("aria-hidden", "true");
    handle.addEventListener("dragstart", (event) => {
      dragged = row;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", "");
      row.classList.add("is-dragged");
    });
    handle.addEventListener("dragend", () => {
      row.classList.remove("is-dragged");
      dragged = null;
    });
    tools.append(handle);
    for (const [label, sign, step] of [["up", "↑", -1], ["down", "↓", 1]]) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = sign;
      button.setAttribute("aria-label", `Move ${titleOf(row)} ${label}`);
      button.addEventListener("click", () => { move(row, step); button.focus(); });
      tools.append(button);
    }
    (row.querySelector("h3") || positionOf(row).parentElement).append(tools);
  };

  for (const group of form.querySelectorAll(".inline-group")) {
    rowsOf(group).forEach(equip);
    group.addEventListener("dragover", (event) => {
      const row = dragged && event.target.closest(".inline-related:not(.tabular), tr.form-row");
      if (!row || row === dragged || row.closest(".inline-group") !== dragged.closest(".inline-group")) return;
      event.preventDefault();
      const box = row.getBoundingClientRect();
      if (event.clientY < box.top + box.height / 2) row.before(dragged); else row.after(dragged);
    });
    group.addEventListener("drop", (event) => {
      if (!dragged) return;
      event.preventDefault();
      renumber(group);
      status.textContent = `${titleOf(dragged)}: now ${rowsOf(group).indexOf(dragged) + 1} of ${rowsOf(group).length}`;
    });
  }
  document.addEventListener("formset:added", (event) => equip(event.target));

  // Jump links, one for each group

  const headings = [...form.querySelectorAll("fieldset.module > h2, fieldset.module > details > summary > h2")];
  if (headings.length > 4) {
    const nav = document.createElement("nav");
    nav.className = "jump";
    nav.setAttribute("aria-label", "Parts of this form");
    headings.forEach((heading, index) => {
      heading.id ||= `part-${index}`;
      const link = document.createElement("a");
      link.href = `#${heading.id}`;
      link.textContent = heading.textContent.trim();
      link.addEventListener("click", () => { const details = heading.closest("details"); if (details) details.open = true; });
      nav.append(link);
    });
    form.before(nav);
  }

  // What has an error is open

  for (const error of form.querySelectorAll(".errorlist")) {
    for (let details = error.closest("details"); details; details = details.parentElement.closest("details")) details.open = true;
  }

  // After a save the form is as it was left: what was open is open, and in sight

  const LEFT = `left ${location.pathname}`;
  const parts = [...form.querySelectorAll("fieldset.module > details")];
  let left = null;
  try {
    left = JSON.parse(sessionStorage.getItem(LEFT));
    sessionStorage.removeItem(LEFT);
  } catch { /* Storage is off: it is only comfort. */ }
  if (left && !form.querySelector(".errorlist")) {
    parts.forEach((part, index) => { part.open ||= left.open.includes(index); });
    scrollTo(0, left.y);
  }
  form.addEventListener("submit", () => {
    const open = parts.flatMap((part, index) => (part.open ? [index] : []));
    try { sessionStorage.setItem(LEFT, JSON.stringify({ open, y: scrollY })); } catch { /* No room: it is only comfort. */ }
  });

  // Unsaved text

  let dirty = Boolean(form.querySelector(".errorlist"));
  let saving = false;
  form.addEventListener("input", () => { dirty = true; });
  form.addEventListener("submit", () => { saving = true; });
  addEventListener("beforeunload", (event) => {
    if (dirty && !saving) event.preventDefault();
  });
});
