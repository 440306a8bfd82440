// The icons that Django's selector draws have a name but no role, so no reader would say the name.
"use strict";

addEventListener("load", () => {
  for (const icon of document.querySelectorAll("span.help-tooltip[aria-label]:not([role])")) icon.setAttribute("role", "img");
});
