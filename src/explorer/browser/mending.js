// What GraphiQL 4 lacks for those who listen to the page or use its keyboard alone, mended from outside.

const labels = {
  ".graphiql-query-editor textarea": "Operation",
  ".graphiql-editor-tool .graphiql-editor:first-child textarea": "Variables, as JSON",
  ".graphiql-editor-tool .graphiql-editor:last-child textarea": "Headers, as JSON",
  ".graphiql-response textarea": "Answer",
  ".CodeMirror-hints": "Completions",
  ".variable-editor-title select": "Kind of operation to add",
  ".graphiql-explorer-actions button": "Add an operation",
  ".graphiql-explorer-root input": "Value",
};

/** Tab and Shift-Tab leave an editor, as they leave every other field; lines are indented by GraphiQL's own command. */
const leave = { name: "leave", Tab: false, "Shift-Tab": false };
const mended = new WeakSet();

/** GraphiQL's own element is `root`; what it shows above all else lies beside it. */
export function startMending(root) {
  const mend = () => {
    for (const [selector, label] of Object.entries(labels))
      for (const element of document.querySelectorAll(selector)) setAttribute(element, "aria-label", label);
    for (const { CodeMirror: editor } of root.querySelectorAll(".CodeMirror")) freeTabKey(editor);
    // What is longer than its editor can be scrolled by keyboard.
    for (const scroller of root.querySelectorAll(".CodeMirror-scroll")) setAttribute(scroller, "tabindex", "0");
    for (const item of root.querySelectorAll(".graphiql-tab")) mendTab(item);
    for (const item of root.querySelectorAll(".graphiql-history-item-label")) item.removeAttribute("aria-label");
    for (const element of root.querySelectorAll(builderParts)) makeButton(element);
    noteCrowd(root);
  };
  const watched = { childList: true, subtree: true, attributeFilter: ["aria-selected"] };
  new MutationObserver(mend).observe(document.body, watched);
  new ResizeObserver(() => noteCrowd(root)).observe(root);
  root.addEventListener("keydown", moveAmongTabs);
  root.addEventListener("keydown", pressBuilderPart);
  mend();
}

/** What the builder takes clicks on. */
const builderParts = '.graphiql-explorer-root span[style*="cursor: pointer"]';

function makeButton(element) {
  setAttribute(element, "role", "button");
  setAttribute(element, "tabindex", "0");
}

function pressBuilderPart(event) {
  if (!event.target.matches(builderParts) || (event.key !== "Enter" && event.key !== " ")) return;
  event.preventDefault();
  event.target.click();
}

/** Tabs that do not fit get the list of all beside them. */
function noteCrowd(root) {
  const tabs = root.querySelector(".graphiql-session-header ul");
  if (tabs !== null) tabs.parentElement.classList.toggle("crowded", tabs.scrollWidth > tabs.clientWidth);
}

function freeTabKey(editor) {
  if (editor === undefined || mended.has(editor)) return;
  mended.add(editor);
  // Below those of completion, where Tab takes what is offered.
  editor.addKeyMap(leave, true);
}

/** The tab is the button that opens it. GraphiQL takes its list item for one, which then holds two buttons. */
function mendTab(item) {
  setAttribute(item, "role", "presentation");
  if (item.hasAttribute("aria-selected")) item.removeAttribute("aria-selected");
  const button = item.querySelector(".graphiql-tab-button");
  setAttribute(button, "role", "tab");
  setAttribute(button, "aria-selected", String(item.classList.contains("graphiql-tab-active")));
  const close = item.querySelector(".graphiql-tab-close");
  if (close === null) return;
  // For mice; keys have Delete, as in other tab lists.
  setAttribute(close, "aria-hidden", "true");
  setAttribute(close, "tabindex", "-1");
}

function moveAmongTabs(event) {
  const item = event.target.closest?.(".graphiql-tab");
  if (!item) return;
  const next = { ArrowRight: item.nextElementSibling, ArrowLeft: item.previousElementSibling }[event.key];
  next?.querySelector(".graphiql-tab-button").focus();
  if (event.key === "Delete") item.querySelector(".graphiql-tab-close")?.click();
}

function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}
