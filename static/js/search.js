// Suggestions under every search box, pastes of several lines, and the way back to the results. All of it works without.
"use strict";

(() => {
  const { styles, suggest } = document.currentScript.dataset;
  const results = suggest.replace(/\/suggest$/, "");
  // What fits into an address everywhere; more goes by POST, which no server logs.
  const LONGEST = 1500;

  const post = (form, text) => {
    const sent = document.createElement("form");
    const field = document.createElement("textarea");
    sent.method = "post";
    sent.action = form.action;
    sent.hidden = true;
    field.name = "q";
    field.value = text;
    sent.append(field);
    document.body.append(sent);
    sent.submit();
  };

  const remember = (text) => {
    try { sessionStorage.setItem("asked", JSON.stringify([text, Date.now()])); } catch { /* storage is off */ }
  };

  // A query that means one page leads straight to it; there, this link leads to all results of that query.
  const link = document.querySelector(".to-results");
  try {
    const [asked, when] = JSON.parse(sessionStorage.getItem("asked") || "[]");
    if (link && asked && Date.now() - when < 15000) {
      link.href = `${results}?${new URLSearchParams({ q: asked, all: "1" })}`;
      link.textContent = `all results for “${asked.length > 40 ? `${asked.slice(0, 40)}…` : asked}”`;
    }
    if (link) sessionStorage.removeItem("asked");
  } catch { /* storage is off */ }

  let styled = false;
  const addStyles = () => {
    if (styled || document.querySelector(`link[href="${styles}"]`)) return;
    styled = true;
    const sheet = document.createElement("link");
    sheet.rel = "stylesheet";
    sheet.href = styles;
    document.head.append(sheet);
  };

  document.querySelectorAll("form[role=search]").forEach((form, number) => {
    const box = form.querySelector("input[name=q]");
    if (!box) return;
    const list = document.createElement("ul");
    const said = document.createElement("span");
    let found = [], chosen = -1, timer, asking;

    list.id = `suggested-${number}`;
    list.className = "suggested";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Suggestions");
    said.className = "visually-hidden";
    said.setAttribute("role", "status");
    form.classList.add("suggests");
    form.append(list, said);
    for (const [name, value] of Object.entries({
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id, "aria-haspopup": "listbox",
    })) box.setAttribute(name, value);

    const stopAsking = () => {
      clearTimeout(timer);
      asking?.abort();
    };
    const close = () => {
      stopAsking();
      list.hidden = true;
      chosen = -1;
      box.setAttribute("aria-expanded", "false");
      box.removeAttribute("aria-activedescendant");
    };
    const choose = (place) => {
      const options = [...list.children];
      if (!options.length) return;
      chosen = (place + options.length + 1) % (options.length + 1);
      options.forEach((option, at) => option.setAttribute("aria-selected", String(at === chosen)));
      if (chosen === options.length) {
        chosen = -1;
        box.removeAttribute("aria-activedescendant");
      } else {
        box.setAttribute("aria-activedescendant", options[chosen].id);
        options[chosen].scrollIntoView({ block: "nearest" });
      }
    };
    const go = (place) => {
      remember(box.value);
      location.href = found[place][2];
    };
    const show = () => {
      list.replaceChildren(...found.map(([text, about], at) => {
        const option = document.createElement("li");
        const note = document.createElement("span");
        option.id = `${list.id}-${at}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        note.textContent = about;
        option.append(text, " ", note);
        option.addEventListener("mousedown", (event) => event.preventDefault());
        option.addEventListener("click", () => go(at));
        return option;
      }));
      chosen = -1;
      list.hidden = !found.length;
      box.setAttribute("aria-expanded", String(found.length > 0));
      box.removeAttribute("aria-activedescendant");
      said.textContent = found.length ? `${found.length} suggestion${found.length > 1 ? "s" : ""}, arrow keys to choose` : "";
    };
    const ask = async () => {
      const query = box.value.trim();
      if (!query || query.length > 100) return close();
      stopAsking();
      asking = new AbortController();
      try {
        const answer = await fetch(`${suggest}?${new URLSearchParams({ q: query })}`, { signal: asking.signal });
        if (!answer.ok) return close();
        const [, texts, notes, addresses] = await answer.json();
        if (document.activeElement !== box) return close();
        found = texts.map((text, at) => [text, notes[at], addresses[at]]);
        show();
      } catch { /* another was asked for meanwhile, or the network is away */ }
    };

    box.addEventListener("focus", addStyles);
    box.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(ask, 120);
    });
    box.addEventListener("blur", close);
    box.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "Escape" && !list.hidden) {
        close();
        event.preventDefault();
      } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (list.hidden) return ask();
        // What is chosen from stays, though an answer to the last letters is still under way.
        stopAsking();
        choose(event.key === "ArrowDown" ? chosen + 1 : chosen < 0 ? found.length - 1 : chosen - 1);
      } else if (event.key === "Enter" && chosen >= 0) {
        event.preventDefault();
        go(chosen);
      }
    });
    // An input of one line would join the lines, and lines tell what they are.
    box.addEventListener("paste", (event) => {
      const text = event.clipboardData?.getData("text/plain").trim() ?? "";
      if (!text.includes("\n") && text.length <= LONGEST) return;
      event.preventDefault();
      post(form, text);
    });
    form.addEventListener("submit", (event) => {
      stopAsking();
      remember(box.value.trim());
      if (box.value.length > LONGEST) {
        event.preventDefault();
        post(form, box.value);
      }
    });
  });
})();
