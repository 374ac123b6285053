// The frame's page: keeps the first word of the page around it until the app is there, and says that it starts.
"use strict";

const keep = (event) => {
  const said = event.data;
  if (event.source !== window.parent || typeof said !== "object" || !said || said.rekey !== 1 || said.type !== "start") return;
  window.removeEventListener("message", keep);
  window.rekeyStart = event;
};
if (window.parent !== window) window.addEventListener("message", keep);
