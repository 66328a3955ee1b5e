import { connect } from "node:net";

/** Sends bytes as they are and gives all that comes back until the server ends the connection. */
export function rawRequest(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let text = "";
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.setEncoding("utf8");
    socket.on("data", (chunk) => {
      text += chunk;
    });
    // Whatever the reason, the connection closes next.
    socket.on("error", () => {});
    socket.on("close", () => resolve(text));
  });
}
