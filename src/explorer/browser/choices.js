// Which explorer somebody chose, remembered for this browser: a link that is followed on purpose is a choice.

for (const link of document.querySelectorAll("a[data-chooses]")) {
  link.addEventListener("click", () => {
    try {
      localStorage.setItem("amity-graphql:explorer", link.dataset.chooses);
    } catch {
      // A browser that keeps nothing asks again next time.
    }
  });
}
