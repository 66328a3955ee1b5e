// The details on the right.

import { details as detailsOf } from "./details.js";
import { h, replace } from "./dom.js";
import { fetchDetails, page } from "./store.js";

const pane = document.getElementById("detail");

let drawn;

/** Draws the details of one thing of a section, or says that none is chosen. */
export function drawDetail(section, id) {
  const request = section.id === "requests" && page.requests.find((one) => String(one.id) === id);
  if (request && !page.details.has(request.id)) fetchDetails(request.id);
  // What it shows, and nothing that ticks: what somebody reads or is about to press stays where it is.
  const version = JSON.stringify([
    section.id,
    id,
    id !== undefined && [{ ...page.state, now: 0 }, request, page.details.get(request?.id)],
  ]);
  if (version === drawn) return;
  // Until its details are there, what is shown of a request stays.
  const isNew = JSON.parse(drawn ?? "[]")[1] !== id;
  if (request && !page.details.has(request.id) && !isNew) return;
  drawn = version;
  const back = h(
    "a",
    { class: "button small quiet back", href: `#/${section.id}`, "data-focus": "back" },
    `‹ ${section.label}`,
  );
  const nodes = id === undefined ? undefined : detailsOf[section.id](id, page);
  const absent =
    id === undefined
      ? "Choose something to see more of it."
      : "It is gone, or does not have what you look for in its name.";
  const opened = [...pane.querySelectorAll("details[open] > summary")].map(({ dataset }) => dataset.focus);
  replace(pane, back, ...(nodes ?? [h("p", { class: "muted absent" }, absent)]).flat().filter(Boolean));
  for (const summary of pane.querySelectorAll("summary"))
    summary.parentElement.open = opened.includes(summary.dataset.focus);
  if (isNew) pane.scrollTop = 0;
}
