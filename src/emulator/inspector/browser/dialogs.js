// The dialogs: what needs more than one press of a button.

import { button, h } from "./dom.js";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** Opens a dialog with a form. `submit` takes the form's data; the dialog closes when it gives true. */
function open(title, fields, confirm, submit, kind = "primary") {
  const dialog = document.getElementById("dialog");
  const close = () => dialog.close();
  const form = h(
    "form",
    {
      class: "stack",
      async onsubmit(event) {
        event.preventDefault();
        if (await submit(new FormData(form))) close();
      },
    },
    h("h2", { id: "dialog-title" }, title),
    ...fields,
    h(
      "div",
      { class: "row ends" },
      button("Cancel", close, { kind: "quiet" }),
      h("button", { class: `button small ${kind}`, type: "submit" }, confirm),
    ),
  );
  dialog.replaceChildren(form);
  dialog.oncancel = null;
  dialog.showModal();
}

function field(label, input, hint) {
  if (!hint) return h("label", { class: "field" }, label, input);
  const id = `${input.name}-hint`;
  input.setAttribute("aria-describedby", id);
  return h("div", {}, h("label", { class: "field" }, label, input), h("p", { class: "muted small", id }, hint));
}

function input(name, attributes = {}) {
  return h("input", { class: "input small", name, autocomplete: "off", ...attributes });
}

function select(name, options, onchange) {
  return h(
    "select",
    { class: "input small", name, onchange },
    options.map((option) => h("option", {}, option)),
  );
}

/** Asks for a user and creates it. */
export function createUser(act) {
  const fields = [
    field("User id", input("userId", { required: true, maxlength: 50 })),
    field("Display name", input("displayName", { maxlength: 100 }), "The user id unless given"),
  ];
  open("Create a user", fields, "Create", (data) => {
    const displayName = data.get("displayName");
    const user = { userId: data.get("userId"), ...(displayName !== "" && { displayName }) };
    return act("PUT", "/users", user, `${user.userId} is there.`);
  });
}

/** Asks how far to move the clock. */
export function moveClock(act) {
  const steps = {
    "10 minutes": 10 * minuteMs,
    "1 hour": hourMs,
    "1 day": dayMs,
    "30 days": 30 * dayMs,
    "1 year": 365 * dayMs,
  };
  const fields = [
    h(
      "p",
      { class: "muted small" },
      "Of this emulator alone: tokens die, and nobody has to wait. Only a reset turns it back.",
    ),
    field("Move it forward by", select("step", Object.keys(steps))),
  ];
  open("Move the clock", fields, "Move", (data) => {
    return act("POST", "/clock/advance", { ms: steps[data.get("step")] }, `${data.get("step")} have gone by.`);
  });
}

/** Asks whether everything may be forgotten. */
export function reset(act) {
  const text =
    "Users, sessions, tokens and requests are forgotten. Clock, secure mode and faults are what they were at the start. Keys and certificates stay.";
  open(
    "Reset the emulator?",
    [h("p", {}, text)],
    "Reset",
    () => act("POST", "/reset", undefined, "All is as it was at the start."),
    "danger",
  );
}

/** Asks for a fault and puts it behind the others. `kinds` are JSON Schemas. */
export function addFault(act, kinds, faults) {
  const byName = new Map(kinds.map((schema) => [schema.properties.kind.const, schema.properties]));
  const more = h("div", { class: "stack" });
  const show = (name) => {
    const { kind, ...properties } = byName.get(name);
    more.replaceChildren(...Object.entries(properties).map(([key, property]) => faultField(key, property)));
  };
  const kind = select("kind", [...byName.keys()], () => show(kind.value));
  show(kind.value);
  open("Add a fault", [field("What goes wrong", kind), more], "Add", (data) => {
    const properties = byName.get(data.get("kind"));
    const given = [...data].filter(([name, text]) => name !== "kind" && text !== "");
    const fields = given.map(([name, text]) => [name, fieldValue(text, properties[name])]);
    const fault = { kind: data.get("kind"), ...Object.fromEntries(fields) };
    return act("PUT", "/faults", [...faults, fault], `${fault.kind} strikes from now on.`);
  });
}

const hints = {
  times: "How many requests it strikes; for ever unless given",
  ms: "Milliseconds",
  intervalMs: "Milliseconds",
};

function faultField(name, property) {
  const options = property.enum ?? (property.type === "boolean" ? ["false", "true"] : undefined);
  const hint =
    hints[name] ?? (property.default !== undefined && !options ? `${property.default} unless given` : undefined);
  if (options) {
    const chosen = select(name, options);
    chosen.value = String(property.default ?? options[0]);
    return field(name, chosen, hint);
  }
  const isNumber = property.type === "integer";
  const required = property.default === undefined && name !== "times";
  return field(
    name,
    input(name, { type: isNumber ? "number" : "text", min: property.minimum, max: property.maximum, required }),
    hint,
  );
}

/** What a field's text stands for: the emulator looks whether it is right. */
function fieldValue(text, { type }) {
  if (type === "boolean") return text === "true";
  return type !== "string" && /^-?\d{1,15}$/.test(text) ? Number(text) : text;
}
