/** A line of the gateway's log. */
export type Line = Readonly<Record<string, unknown>>;

/** Is this the line that is looked for? */
export type Pattern = (line: Line) => boolean;

/**
 * Lines with these fields. A pattern stands for any text that it matches, an object for one with these fields; a list
 * in the log has the value among its members.
 */
export function says(fields: Readonly<Record<string, unknown>>): Pattern {
  return (line) => Object.entries(fields).every(([name, wanted]) => isLike(line[name], wanted));
}

function isLike(value: unknown, wanted: unknown): boolean {
  if (Array.isArray(value)) return value.some((member) => isLike(member, wanted));
  if (wanted instanceof RegExp) return wanted.test(String(value));
  if (typeof wanted !== "object" || wanted === null) return value === wanted;
  return typeof value === "object" && value !== null && says({ ...wanted })({ ...value });
}

/** Pino's number for warnings. */
const warnLevel = 40;

/** Far more than come while one fault is played. */
const mostKept = 50_000;

/** What the gateway has printed of late. */
export class Log {
  #lines: Line[] = [];
  #forgotten = 0;
  /** What is on stderr, and lines that are not JSON. */
  readonly other: string[] = [];
  /** What is wrong with lines. */
  readonly problems = new Set<string>();
  readonly #watchers = new Set<() => void>();

  /** `problemOf`: what is wrong with a line, if anything. */
  constructor(private readonly problemOf: (line: Line, text: string) => string | undefined) {}

  /** So many lines have come. */
  get length(): number {
    return this.#forgotten + this.#lines.length;
  }

  hear(text: string): void {
    try {
      this.#keep(JSON.parse(text), text);
    } catch {
      this.other.push(text);
    }
    for (const watch of this.#watchers) watch();
  }

  /** The first line like this that is kept. */
  find(pattern: Pattern): Line | undefined {
    return this.#lines.find(pattern);
  }

  /** What the lines after the first `since` complain of, each kind once: of this region, or of none. */
  complaintsSince(since: number, region: string | undefined): string[] {
    const told = ["msg", "name", "reason", "phase", "problem", "code"];
    const lines = this.#after(since).filter(
      ({ level, region: ofLine }) => Number(level) >= warnLevel && ofLine === region,
    );
    const kinds = lines.map((line) =>
      told.flatMap((name) => (line[name] === undefined ? [] : [line[name]])).join(", "),
    );
    return [...new Set(kinds)];
  }

  /** Waits for a line like this after the first `since`; false when there is none in so long. */
  holds(pattern: Pattern, since: number, mostMs: number): Promise<boolean> {
    let seen = since;
    return new Promise((resolve) => {
      const end = (found: boolean) => {
        clearTimeout(timer);
        this.#watchers.delete(watch);
        resolve(found);
      };
      const watch = () => {
        const isThere = this.#after(seen).some(pattern);
        seen = this.length;
        if (isThere) end(true);
      };
      const timer = setTimeout(() => end(false), mostMs);
      this.#watchers.add(watch);
      watch();
    });
  }

  #keep(line: Line, text: string): void {
    const problem = this.problemOf(line, text);
    if (problem !== undefined) this.problems.add(problem);
    this.#lines.push(line);
    if (this.#lines.length < mostKept) return;
    this.#forgotten += mostKept / 2;
    this.#lines = this.#lines.slice(mostKept / 2);
  }

  #after(count: number): Line[] {
    return this.#lines.slice(Math.max(0, count - this.#forgotten));
  }
}
