// The quiz works without this. Keys: 1 to 9 choose, Enter goes on; lines are put in order by choosing them in turn.
"use strict";

{
  const form = document.querySelector("form.play");
  const next = document.querySelector(".go-on");
  const title = document.getElementById("title");

  // Where reading begins, also for a screen reader; the page itself does not move.
  if (title && !document.querySelector("[role=alert]")) title.focus({ preventScroll: true });
  for (const keys of document.querySelectorAll(".keys")) keys.hidden = false;
  if (form) form.classList.add("with-keys");

  const places = form ? [...form.querySelectorAll(".place-row select")] : [];
  const partners = form ? [...form.querySelectorAll(".pair-row select")] : [];

  // Put in order: a line that has no place gets the next one, a line that has one gives it back.
  const place = (select) => {
    if (select.value !== "") {
      const given = Number(select.value);
      for (const other of places) {
        if (other.value !== "" && Number(other.value) > given) other.value = String(Number(other.value) - 1);
      }
      select.value = "";
    } else {
      select.value = String(places.filter((other) => other.value !== "").length);
    }
  };
  for (const select of places) {
    select.closest(".choice").addEventListener("click", (event) => {
      if (event.target === select || event.target.tagName === "OPTION") return;
      event.preventDefault();
      place(select);
    });
  }

  // Match: a digit gives that partner to the line that has the focus, or to the first that has none.
  const pair = (index) => {
    const select = partners.includes(document.activeElement)
      ? document.activeElement
      : partners.find((one) => one.value === "");
    if (!select || index + 1 >= select.options.length) return;
    select.selectedIndex = index + 1;
    const following = partners.find((one) => one.value === "");
    (following || select).focus();
  };

  const choose = (index) => {
    if (partners.length) return pair(index);
    if (places.length) return places[index] && place(places[index]);
    const input = form.querySelectorAll(".choice input")[index];
    if (!input) return;
    input.checked = input.type === "radio" || !input.checked;
    input.focus();
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const at = event.target;
    const typing = at.matches("textarea, input:not([type=radio], [type=checkbox])");
    if (form && /^[1-9]$/.test(event.key) && !typing && (!at.matches("select") || partners.includes(at))) {
      event.preventDefault();
      choose(Number(event.key) - 1);
    } else if (event.key === "Enter" && !typing && !at.closest("a, button, summary")) {
      event.preventDefault();
      if (form) form.requestSubmit();
      else if (next) next.click();
    }
  });
  const typed = form && form.querySelector("input[name=number]");
  if (typed && matchMedia("(hover: hover)").matches) typed.focus({ preventScroll: true });

  // An exam's clock. What counts is the server's.
  const clock = document.getElementById("clock");
  if (clock) {
    const end = Date.now() + Number(clock.dataset.left) * 1000;
    const tick = () => {
      const left = Math.max(0, Math.round((end - Date.now()) / 1000));
      const seconds = String(left % 60).padStart(2, "0");
      clock.textContent = left ? `in ${Math.floor(left / 60)}:${seconds}` : "now";
      clock.parentElement.classList.toggle("soon", left <= 60);
      if (left === 60) clock.setAttribute("role", "status");
      if (left === 59) clock.removeAttribute("role");
      if (!left) clearInterval(timer);
    };
    const timer = setInterval(tick, 1000);
    tick();
  }

  // The address of a score is chosen whole.
  const address = document.getElementById("share-address");
  if (address) address.addEventListener("focus", () => address.select());
}
