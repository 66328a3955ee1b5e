/** 29 February of a year that has one. */
const leapDay = /(?:\d\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29/;
const day =
  /\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8]))/;
const time = /(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?/;
const offset = /Z|[+-](?:[01]\d|2[0-3]):[0-5]\d/;

const dateTime = new RegExp(`^(?:${leapDay.source}|${day.source})T${time.source}(?:${offset.source})$`);

/** Reads a time of RFC 3339, without leap seconds; undefined for anything else, as for a day that does not exist. */
export function readDateTime(value: unknown): Date | undefined {
  return typeof value === "string" && dateTime.test(value) ? new Date(value) : undefined;
}
