// Everything here improves pages that already work without it.
"use strict";

// "/" goes to the search box.
document.addEventListener("keydown", (event) => {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || event.target.isContentEditable;
  const box = document.getElementById("find");
  if (event.key === "/" && box && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    box.focus();
  }
});

// Copy buttons.
for (const pre of document.querySelectorAll(".content pre:not(.sign)")) {
  const box = document.createElement("div");
  const button = document.createElement("button");
  box.className = "boxed";
  button.className = "copy";
  button.type = "button";
  button.textContent = "Copy";
  pre.replaceWith(box);
  box.append(pre, button);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(pre.textContent.trim() + "\n");
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(pre);
      button.textContent = "Press Ctrl+C";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
}

// Tabs remember the reader's platform, on every page.
const remembered = {
  get() { try { return localStorage.getItem("platform"); } catch { return null; } },
  set(value) { try { localStorage.setItem("platform", value); } catch { /* storage is off */ } },
};
const choose = (platform) => {
  for (const tab of document.querySelectorAll(`.tabs > input[data-platform="${CSS.escape(platform)}"]`)) tab.checked = true;
};
if (remembered.get()) choose(remembered.get());
document.addEventListener("change", (event) => {
  if (event.target.matches(".tabs > input")) {
    remembered.set(event.target.dataset.platform);
    choose(event.target.dataset.platform);
  }
});

// A deep link opens what hides its target.
const reveal = () => {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  const details = target.closest("details");
  if (details) details.open = true;
  if (target.matches(".panel")) document.getElementById(`tab-${target.id.replace("snippet-", "")}`).checked = true;
  if (details || target.matches(".panel")) target.scrollIntoView();
};
addEventListener("hashchange", reveal);
reveal();

// All causes at once, on screen and on paper.
const pairs = [...document.querySelectorAll("details.pair")];
if (pairs.length > 1) {
  const tools = document.createElement("p");
  const button = document.createElement("button");
  tools.className = "tools";
  button.className = "plain";
  button.type = "button";
  const label = () => { button.textContent = pairs.every((pair) => pair.open) ? "Close all" : "Open all"; };
  button.addEventListener("click", () => {
    const open = !pairs.every((pair) => pair.open);
    for (const pair of pairs) pair.open = open;
    label();
  });
  label();
  tools.append(button);
  pairs[0].before(tools);
  addEventListener("beforeprint", () => { for (const pair of pairs) pair.open = true; });
}

// The table of contents follows.
const links = new Map([...document.querySelectorAll(".aside a")].map((link) => [link.hash.slice(1), link]));
if (links.size && "IntersectionObserver" in window) {
  const visible = new Set();
  const observer = new IntersectionObserver((entries) => {
    for (const entry of entries) visible[entry.isIntersecting ? "add" : "delete"](entry.target.id);
    const current = [...links.keys()].find((id) => visible.has(id));
    if (!current) return;
    for (const [id, link] of links) {
      if (id === current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }, { rootMargin: "-80px 0px -60% 0px" });
  for (const id of links.keys()) observer.observe(document.getElementById(id));
}

// The cheat sheet prints itself.
for (const button of document.querySelectorAll("button.print")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
