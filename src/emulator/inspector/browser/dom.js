// Makes and updates elements. Text goes in as text: nothing that the emulator holds is ever read as HTML.

/** An element. Properties that begin with `on` are listeners; `class`, `aria-…`, `data-…` and others are attributes. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined && value !== null) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== false));
  return element;
}

export function button(label, onclick, { kind = "", ...attributes } = {}) {
  return h(
    "button",
    { type: "button", class: `button small ${kind}`, "data-focus": label, onclick, ...attributes },
    label,
  );
}

/** A word with a colour: good, warn, bad, or none. */
export function chip(text, tone = "") {
  return h("span", { class: `chip ${tone}` }, text);
}

/** Facts as a list of names and values; those without a value are left out. */
export function facts(entries) {
  const shown = entries.filter(([, value]) => value !== undefined && value !== null && value !== "");
  return h(
    "dl",
    { class: "facts" },
    shown.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]),
  );
}

/** Text as it is written, in a box that scrolls by keyboard too. */
export function code(text, label) {
  return h("pre", { class: "code", tabindex: "0", role: "region", "aria-label": label, "data-focus": label }, text);
}

/** Puts other children into an element, and a focus in it where it was: on what has the same `data-focus`. */
export function replace(element, ...children) {
  const focused = element.contains(document.activeElement) ? document.activeElement : undefined;
  element.replaceChildren(...children);
  if (focused === undefined) return;
  const again = [...element.querySelectorAll("[data-focus]")].find(
    ({ dataset }) => dataset.focus === focused.dataset.focus,
  );
  (again ?? element.querySelector("h2"))?.focus({ preventScroll: true });
}

/**
 * Shows rows in a list, and keeps the elements of those that stay: whoever is on one remains there. A row is
 * `{ key, version, make }`; it is made anew when its version is another.
 */
export function reconcile(list, rows) {
  const present = new Map([...list.children].map((child) => [child.dataset.key, child]));
  let last = null;
  for (const { key, version, make } of rows) {
    let element = present.get(key);
    present.delete(key);
    if (element === undefined) element = h("li", { "data-key": key });
    if (element.dataset.version !== version) {
      element.dataset.version = version;
      replace(element, ...make());
    }
    const place = last === null ? list.firstChild : last.nextSibling;
    if (place !== element) list.insertBefore(element, place);
    last = element;
  }
  for (const gone of present.values()) gone.remove();
}
