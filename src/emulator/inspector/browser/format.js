// Times, and how long they are away by the emulator's clock.

const units = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
];

/** The two largest units of a time: "9 min 58 s". Milliseconds. */
export function duration(ms) {
  let left = Math.max(0, Math.round(ms / 1_000) * 1_000);
  const parts = [];
  for (const [unit, length] of units) {
    const count = Math.floor(left / length);
    left -= count * length;
    if (count > 0) parts.push(`${count} ${unit}`);
    if (parts.length === 2 || (parts.length === 1 && count === 0)) break;
  }
  return parts.join(" ") || "0 s";
}

/** How long until a moment, in words. */
export function lifeLeft(until, now) {
  return until > now ? `${duration(until - now)} left` : "expired";
}

/** The time of day, with the day where it is another than today by the emulator's clock. */
export function moment(iso, now) {
  const date = new Date(iso);
  const time = date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
  return date.toDateString() === new Date(now).toDateString() ? time : `${day(date)} ${time}`;
}

export function day(date) {
  return date.toLocaleDateString("sv-SE");
}

export function indented(value) {
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}
