import type { Locator, Page } from "playwright-core";
import { type Trace, withPage } from "./browser.js";
import { type GatewaySetup, withGateway } from "./gateway.js";

/** What a person does in GraphiQL. */
export class GraphiQL {
  constructor(private readonly page: Page) {}

  /** Replaces the query by one of this name. */
  async enterQuery(name: string, selections: string): Promise<void> {
    await this.#replace(".graphiql-query-editor", `query ${name} ${selections}`);
    // It takes in a new query a moment after the last key, and names the tab then.
    await this.#tab(name).and(this.page.locator("[aria-selected=true]")).waitFor();
  }

  async enterHeaders(headers: Record<string, string>): Promise<void> {
    await this.#replace(".graphiql-editor-tool .graphiql-editor:not(.hidden)", JSON.stringify(headers));
  }

  async openTab(name: string): Promise<void> {
    await this.#tab(name).click();
  }

  /** Puts a token into the strip above, by keyboard from its button on. */
  async enterToken(token: string): Promise<void> {
    await this.page.getByRole("button", { name: "Token…" }).press("Enter");
    await this.page.keyboard.insertText(token);
    await this.page.keyboard.press("Enter");
  }

  /** Who the strip says one is, such as "carol until 12:00:00". */
  async who(): Promise<string> {
    return ((await this.page.locator(".who").textContent()) ?? "").replaceAll(/\s+/g, " ").trim();
  }

  /** Runs the operation from the keyboard; gives the answer that is shown. */
  async run(): Promise<string> {
    await this.page.locator(".graphiql-query-editor .CodeMirror").click();
    await this.page.keyboard.press("Control+Enter");
    return this.answer();
  }

  async answer(): Promise<string> {
    const answer = this.page.locator(".graphiql-response .CodeMirror-code").filter({ hasText: /"(?:data|errors)"/ });
    return (await answer.textContent()) ?? "";
  }

  #tab(name: string): Locator {
    return this.page.getByRole("tab", { name, exact: true });
  }

  async #replace(editor: string, text: string): Promise<void> {
    await this.page.locator(`${editor} .CodeMirror`).click();
    await this.page.keyboard.press("Control+A");
    await this.page.keyboard.insertText(text);
  }
}

/** GraphiQL of a gateway; the page asks no other host for anything. */
export async function withGraphiql(
  setup: GatewaySetup,
  use: (graphiql: GraphiQL, page: Page, trace: Trace) => Promise<void>,
): Promise<void> {
  await withGateway({ ...setup, env: { EXPLORER: "graphiql", ...setup.env } }, async ({ url }) => {
    await withPage(async (page, trace) => {
      await page.goto(url);
      await page.locator(".graphiql-query-editor .CodeMirror").waitFor();
      await use(new GraphiQL(page), page, trace);
      expectOwnHost(trace, url);
    });
  });
}

function expectOwnHost({ requests, failures }: Trace, url: string): void {
  const others = requests.filter((address) => !address.startsWith(new URL(url).origin) && !address.startsWith("data:"));
  if (others.length + failures.length > 0) throw new Error(`asked elsewhere or in vain: ${[...others, ...failures]}`);
}
