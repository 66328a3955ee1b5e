// The list on the left: one section's rows, and what can be done beside them.

import { ask } from "./api.js";
import { addFault, createUser } from "./dialogs.js";
import { button, h, reconcile, replace } from "./dom.js";
import { act, page, seek } from "./store.js";

const pane = document.getElementById("list");

let listed;

/** Draws the rows of a section. `selected`: the id of the one whose details are shown, if any. */
export function drawList(section, selected) {
  if (listed !== section.id) {
    listed = section.id;
    replace(
      pane,
      h("div", { class: "row head" }, searchField(section), ...listActions(section)),
      h("ul", { class: "rows" }),
      h("p", { class: "muted small foot" }),
    );
  }
  const rows = section.rows(page);
  const list = pane.querySelector(".rows");
  reconcile(
    list,
    rows.map(({ id, version, make }) => ({
      key: id,
      version: `${id === selected} ${version}`,
      make: () => [
        h(
          "a",
          {
            href: `#/${section.id}/${encodeURIComponent(id)}`,
            "data-focus": "row",
            "aria-current": id === selected && "true",
          },
          make(),
        ),
      ],
    })),
  );
  const isSought = page.find !== "" && rows.length === 0 && section.count(page) > 0;
  pane.querySelector(".foot").textContent =
    rows.length > 0 ? section.more(page) : isSought ? "Nothing has this in its name." : section.empty;
  roam(list);
}

function searchField({ id, label }) {
  return h("input", {
    class: "input small grows",
    type: "search",
    "aria-label": `Find in ${label.toLowerCase()}`,
    placeholder: id === "requests" ? "Find a path, user, status or reason" : "Find a user or device",
    hidden: id === "faults" || id === "certificates",
    value: page.find,
    oninput({ target }) {
      seek(target.value);
    },
  });
}

function listActions({ id }) {
  if (id === "requests")
    return [button("Clear", () => act("DELETE", "/requests", undefined, "The requests are forgotten."))];
  if (id === "users") return [button("Create user", () => createUser(act), { kind: "primary" })];
  if (id !== "faults") return [];
  return [
    button("Add fault", async () => addFault(act, await ask("GET", "/fault-kinds"), page.state.faults), {
      kind: "primary",
    }),
    button("Clear all", () => act("DELETE", "/faults", undefined, "Nothing goes wrong any more.")),
  ];
}

/** One stop for the Tab key in the whole list; the arrows go on from there. */
function roam(list) {
  const links = [...list.querySelectorAll("a")];
  const stop =
    links.find((link) => link === document.activeElement) ?? links.find((link) => link.ariaCurrent) ?? links[0];
  for (const link of links) link.tabIndex = link === stop ? 0 : -1;
}

pane.addEventListener("keydown", (event) => {
  const links = [...pane.querySelectorAll(".rows a")];
  const index = links.indexOf(document.activeElement);
  const target = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: links.length - 1 }[event.key];
  if (index < 0 || links[target] === undefined) return;
  event.preventDefault();
  links[target].focus();
  roam(pane.querySelector(".rows"));
});
