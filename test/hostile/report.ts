import type { Cost } from "./cost.js";

/** Rows of the table that a suite prints when it has measured all of them. */
export class Report {
  readonly #rows: string[][] = [];

  constructor(private readonly entry: string) {}

  add(member: string, { bytes, multiple, most, status, code = "" }: Cost): void {
    this.#rows.push([member, String(bytes), multiple.toFixed(1), most.toFixed(0), String(status), code]);
  }

  /** `resident`: bytes. */
  print(resident: number): void {
    const head = [this.entry, "bytes", "plain requests", "most", "status", "code"];
    const rows = [head, ...this.#rows.sort((a, b) => Number(b[2]) - Number(a[2]))];
    const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
    const lines = rows.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`);
    process.stdout.write(`${lines.join("\n")}\nresident at most: ${Math.round(resident / 1_048_576)} MB\n`);
  }
}
