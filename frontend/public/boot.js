// Runs before everything else: the only Trusted Types policy of this site (its name is the browser's fallback).
// The app sets fixed markup through templates; anything in there that could run, load or go somewhere is refused,
// and so is every text meant to become a script.
"use strict";

if (window.trustedTypes) {
  const couldRun = /<\s*\/?\s*(script|iframe|frame|object|embed|applet|base|meta|link|math|foreignobject|animate|set)\b|[\s"'\/]on\w+\s*=|[\s"'\/](srcdoc|formaction|style)\s*=|=\s*["']?\s*(javascript|data|vbscript):/i;
  window.trustedTypes.createPolicy("default", {
    createHTML(html) {
      if (couldRun.test(html)) throw new TypeError("markup refused");
      return html;
    },
    createScriptURL(address) {
      const url = new URL(address, location.href);
      if (url.origin !== location.origin || !url.pathname.startsWith("/assets/")) throw new TypeError("script refused");
      return url.href;
    },
  });
}

// The app's own start tells when it could not be loaded.
window.addEventListener("rekey-boot-failed", () => {
  const message = document.getElementById("boot-failed");
  if (message) message.hidden = false;
});
