// The inspector: what the emulator holds and was asked, as it changes.

import { follow, hasKey, keepKey, takeKey } from "./api.js";
import { drawDetail } from "./detail.js";
import { moveClock, reset } from "./dialogs.js";
import { button, h, reconcile, replace } from "./dom.js";
import { duration, lifeLeft, moment } from "./format.js";
import { drawList } from "./list.js";
import { sections } from "./sections.js";
import { act, fetchRequests, onChange, page, refresh, takeRequest } from "./store.js";

const at = Object.fromEntries(
  ["live", "tools", "sections", "list", "detail"].map((id) => [id, document.getElementById(id)]),
);
const narrow = matchMedia("(max-width: 48rem)");

/** What the address asks for: a section, and maybe one thing in it. */
function place() {
  const [, name, id] = location.hash.split("/");
  const shown = sections.find((section) => section.id === name) ?? sections[0];
  return { section: shown, id: id === undefined ? undefined : decoded(id) };
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

let isDrawing = false;

/** Draws at the next frame, once for many changes. */
function draw() {
  if (isDrawing) return;
  isDrawing = true;
  requestAnimationFrame(() => {
    isDrawing = false;
    if (page.state === undefined) return;
    const { section, id } = place();
    document.body.dataset.open = id === undefined ? "list" : "detail";
    document.title = `${section.label} · Amity emulator · amity-graphql`;
    drawTools();
    drawSections(section);
    drawList(section, id);
    drawDetail(section, id);
    tick();
  });
}

let toolsVersion;

function drawTools() {
  const { secureMode, mutualTls, clockMovedMs } = page.state;
  const version = JSON.stringify([secureMode, clockMovedMs]);
  if (version === toolsVersion) return;
  toolsVersion = version;
  const toggle = () =>
    act("PUT", "/secure-mode", { enabled: !secureMode }, `Secure mode is ${secureMode ? "off" : "on"}.`);
  replace(
    at.tools,
    h(
      "button",
      {
        type: "button",
        class: "button small",
        "data-focus": "clock",
        title: "Move the clock forward",
        onclick: () => moveClock(act),
      },
      h("span", { class: "unseen" }, "Move the "),
      "Clock",
      h("span", { id: "clock" }),
      clockMovedMs > 0 && h("span", { class: "muted" }, `+${duration(clockMovedMs)}`),
    ),
    button(`Secure mode ${secureMode ? "on" : "off"}`, toggle, {
      "aria-pressed": String(secureMode),
      "data-focus": "secure",
      disabled: mutualTls,
    }),
    button("Reset", () => reset(act)),
  );
}

function drawSections(current) {
  const shown = sections.filter(({ isShown = () => true }) => isShown(page.state));
  const rows = shown.map(({ id, label, count }) => {
    const number = count(page);
    const isCurrent = id === current.id;
    return {
      key: id,
      version: `${number} ${isCurrent}`,
      make: () => [
        h(
          "a",
          { href: `#/${id}`, "data-focus": id, "aria-current": isCurrent && "page" },
          label,
          h("span", { class: "number" }, number),
        ),
      ],
    };
  });
  if (!at.sections.firstChild) at.sections.append(h("ul", {}));
  reconcile(at.sections.firstChild, rows);
}

/** What goes by the clock. */
function tick() {
  const { now } = page;
  for (const time of document.querySelectorAll("[data-until]"))
    time.textContent = lifeLeft(Number(time.dataset.until), now);
  const clock = document.getElementById("clock");
  const text = moment(new Date(now).toISOString(), Date.now());
  if (clock && clock.textContent !== text) clock.textContent = text;
}

function setLive(text, tone) {
  if (at.live.textContent === text) return;
  at.live.textContent = text;
  at.live.className = `chip ${tone}`;
}

function askForKey() {
  const dialog = document.getElementById("dialog");
  const input = h("input", { class: "input", name: "key", type: "password", autocomplete: "off", required: true });
  const form = h(
    "form",
    {
      class: "stack",
      onsubmit(event) {
        event.preventDefault();
        keepKey(input.value.trim());
        dialog.close();
        start();
      },
    },
    h("h2", { id: "dialog-title" }, "The emulator's key"),
    h("p", { class: "muted" }, "It is in the address that the emulator printed when it started, behind #key=."),
    h("label", { class: "field" }, "Control key", input),
    h("div", { class: "row ends" }, h("button", { class: "button primary", type: "submit" }, "Open")),
  );
  dialog.replaceChildren(form);
  dialog.oncancel = (event) => event.preventDefault();
  dialog.showModal();
}

function start() {
  if (!hasKey()) return askForKey();
  follow({
    onOpen() {
      setLive("live", "good");
      refresh();
      fetchRequests();
    },
    onEvent(name, data) {
      if (name === "request") takeRequest(data);
      else if (/\/(?:reset|requests)$/.test(data.route)) fetchRequests();
      refresh();
    },
    onClosed(error) {
      setLive(error.status === 429 ? "too many pages" : "not connected", "bad");
      if (error.status === 401) askForKey();
    },
  });
}

window.addEventListener("hashchange", () => {
  draw();
  // Whoever came by keyboard goes on in what was opened. Whoever goes back from where nothing is left, at the row.
  requestAnimationFrame(() => {
    if (place().id !== undefined) at.detail.querySelector("h2")?.focus({ preventScroll: true });
    else if (document.activeElement === document.body) at.list.querySelector("a[tabindex='0']")?.focus();
  });
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || document.getElementById("dialog").open || !at.detail.contains(document.activeElement))
    return;
  at.list.querySelector("a[aria-current]")?.focus();
  if (narrow.matches) location.hash = `#/${place().section.id}`;
});
setInterval(tick, 1_000);
onChange(draw);
takeKey();
start();
