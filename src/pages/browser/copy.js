// Buttons that copy the text of the element they name, on any page.

for (const button of document.querySelectorAll("button[data-copies]")) {
  const label = button.textContent;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copies);
    const copied = await navigator.clipboard.writeText(source.textContent).then(
      () => true,
      () => false,
    );
    // Without permission, or over plain HTTP, the reader's own keys still copy.
    if (!copied) getSelection().selectAllChildren(source);
    button.textContent = copied ? "Copied" : "Selected";
    setTimeout(() => {
      button.textContent = label;
    }, 2_000);
  });
}
