/** Markdown as the documents of this project have it. */

const width = 120;

/** White space, but not within backticks. */
const gap = /\s+(?=(?:[^`]*`[^`]*`)*[^`]*$)/;

/** A paragraph, in lines that keep to the width. */
export function paragraph(text) {
  const lines = [""];
  for (const word of text.trim().split(gap)) {
    const line = lines.at(-1);
    if (line === "") lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines.join("\n");
}

/** A table; `head` and each row are lists of cells. */
export function table(head, rows) {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** Few digits, for more would be noise; thousands with commas. */
export function short(number) {
  if (!Number.isFinite(number)) return "-";
  return number.toLocaleString(
    "en-US",
    number < 10 ? { minimumFractionDigits: 1, maximumFractionDigits: 1 } : { maximumFractionDigits: 0 },
  );
}

/** A time with a tenth, or a dash for none. */
export function milliseconds(number) {
  return Number.isFinite(number) ? number.toFixed(1) : "-";
}

/** A ratio, with its range where it has one. */
export function times({ median, least, most }) {
  return `${median.toFixed(2)} (${least.toFixed(2)}-${most.toFixed(2)})`;
}
