/** How long a line of prose is at most. Characters. */
const width = 120;

/** A paragraph in lines of the width; words stay whole. */
export function wrapped(paragraph: string): string {
  return paragraph.replace(new RegExp(`(?=.{${width + 1}})(.{1,${width}}) `, "g"), "$1\n");
}

/** A table in Markdown. Cells may hold Markdown of one line; a `|` in one is escaped. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
