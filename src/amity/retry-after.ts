/** The longest wait that is passed on: a wrong clock at the other end must not stop clients for years. Seconds. */
const mostSeconds = 86_400;

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const month = `(?<month>${months.join("|")})`;
const time = "(?<hour>\\d{2}):(?<minute>[0-5]\\d):(?<second>[0-5]\\d|60)";

/** RFC 9110, 5.6.7: today's form, and the two older ones that every recipient must read. All are UTC. */
const dateForms = [
  new RegExp(`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (?<day>\\d{2}) ${month} (?<year>\\d{4}) ${time} GMT$`),
  new RegExp(`^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?<day>\\d{2})-${month}-(?<year>\\d{2}) ${time} GMT$`),
  new RegExp(`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ${month} (?<day>[ \\d]\\d) ${time} (?<year>\\d{4})$`),
];

/**
 * Seconds to wait, from 0 to a day, out of a Retry-After header (RFC 9110, 10.2.3: seconds or a date). Undefined when
 * it is absent or unreadable. `now`: milliseconds since the epoch.
 */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  const value = header?.trim() ?? "";
  const seconds = /^\d+$/.test(value) ? Number(value) : secondsUntil(parseDate(value, now), now);
  return seconds === undefined ? undefined : Math.min(Math.max(0, seconds), mostSeconds);
}

function secondsUntil(date: number | undefined, now: number): number | undefined {
  return date === undefined ? undefined : Math.ceil((date - now) / 1000);
}

/** Milliseconds since the epoch; undefined for what is no such date, such as the 31st of February. */
function parseDate(text: string, now: number): number | undefined {
  const parts = dateForms.map((form) => form.exec(text)?.groups).find((groups) => groups !== undefined);
  if (!parts) return undefined;
  const day = Number(parts["day"]);
  const date = new Date(
    Date.UTC(
      fullYear(parts["year"] ?? "", now),
      months.indexOf(parts["month"] ?? ""),
      day,
      Number(parts["hour"]),
      Number(parts["minute"]),
      // A leap second.
      Math.min(Number(parts["second"]), 59),
    ),
  );
  return date.getUTCDate() === day ? date.getTime() : undefined;
}

/** Two digits are a year of the hundred that end fifty years from now (RFC 9110, 5.6.7). */
function fullYear(digits: string, now: number): number {
  if (digits.length > 2) return Number(digits);
  const first = new Date(now).getUTCFullYear() - 49;
  return first + ((Number(digits) + 10_000 - first) % 100);
}
