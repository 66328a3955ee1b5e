// In a narrow window one pane is shown at a time; these buttons switch. Wide windows show all and hide the buttons.

const names = { operation: "Operation", variables: "Variables", answer: "Answer", tools: "Tools" };
const group = document.getElementById("panes");

export function startPanes() {
  group.append(...Object.entries(names).map(([pane, words]) => paneButton(pane, words)));
  showPane("operation");
  // Whoever runs an operation wants to see its answer.
  document.addEventListener("click", ({ target }) => {
    if (target.closest(".graphiql-execute-button")) showPane("answer");
    if (target.closest('[data-name="variables"], [data-name="headers"]')) showPane("variables");
  });
  document.addEventListener("keydown", ({ key, ctrlKey, metaKey }) => {
    if (key === "Enter" && (ctrlKey || metaKey)) showPane("answer");
  });
}

function paneButton(pane, words) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "button small", textContent: words });
  button.dataset.pane = pane;
  button.addEventListener("click", () => showPane(pane));
  return button;
}

function showPane(pane) {
  document.body.dataset.pane = pane;
  for (const button of group.children) button.setAttribute("aria-pressed", String(button.dataset.pane === pane));
  // Editors cannot measure themselves while they are hidden.
  for (const { CodeMirror: editor } of document.querySelectorAll(".CodeMirror")) editor?.refresh();
}
