import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** What may stand between the gateway and Amity, or in the place of Amity's host. */
export type FrontFault =
  | { readonly kind: "refuses" | "breaks off" | "says nothing" | "speaks no TLS" }
  /** Every piece of the client's comes so much later. Milliseconds. */
  | { readonly kind: "is slow"; readonly ms: number }
  /** Another server answers, on this port of loopback. */
  | { readonly kind: "leads elsewhere"; readonly port: number };

/** A relay of TCP on loopback to a server, which can go wrong below HTTP. */
export class Front {
  readonly #server = createServer((socket) => this.#meet(socket));
  readonly #sockets = new Set<Socket>();
  #fault: FrontFault | undefined;
  port = 0;

  constructor(private readonly target: number) {}

  async open(): Promise<void> {
    this.#server.listen(this.port, "127.0.0.1");
    await once(this.#server, "listening");
    this.port = (this.#server.address() as AddressInfo).port;
  }

  /** Begins to fail so, or to work again. Connections that are open end, or they would not notice. */
  async fail(fault: FrontFault | undefined): Promise<void> {
    this.#fault = fault;
    for (const socket of this.#sockets) socket.destroy();
    if (fault?.kind === "refuses") await this.#stopListening();
    else if (!this.#server.listening) await this.open();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    if (this.#server.listening) await this.#stopListening();
  }

  async #stopListening(): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #meet(socket: Socket): void {
    this.#watch(socket);
    const fault = this.#fault;
    if (fault?.kind === "breaks off") socket.destroy();
    else if (fault?.kind === "says nothing") socket.resume();
    else if (fault?.kind === "speaks no TLS") socket.end("220 mail.example.com ESMTP\r\n");
    else this.#relay(socket, fault);
  }

  #relay(socket: Socket, fault: FrontFault | undefined): void {
    const upstream = connect(fault?.kind === "leads elsewhere" ? fault.port : this.target, "127.0.0.1");
    this.#watch(upstream);
    socket.on("close", () => upstream.destroy());
    upstream.on("close", () => socket.destroySoon());
    upstream.pipe(socket);
    if (fault?.kind !== "is slow") return void socket.pipe(upstream);
    socket.on("data", (piece) => setTimeout(() => upstream.writable && upstream.write(piece), fault.ms));
  }

  #watch(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => {}).on("close", () => this.#sockets.delete(socket));
  }
}
