/** Text that names what comes from outside, such as hosts and variables, which must not steer a terminal. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, "?");
}
