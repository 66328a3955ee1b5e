import { expect, test } from "@jest/globals";
import { readBrowserFiles } from "../../../src/explorer/browser-files.js";
import { graphiqlPage } from "../../../src/explorer/graphiql-page.js";

const files = readBrowserFiles();

function pageWith(query: string): string {
  const operations = [{ query, variables: { text: query } }];
  return graphiqlPage({ files, operations, root: "./", sandbox: false, nonce: "n" });
}

test.each(["</script><script>alert(1)</script>", "</SCRIPT >", "<!--<script>", "]]><![CDATA["])(
  "the settings %j end no script element",
  (query) => {
    const page = pageWith(query);
    const tags = (text: string) => text.match(/<[/!]?\w*/g);
    expect(tags(page)).toEqual(tags(pageWith("{ regions { code } }")));
    const settings = /<script id="settings" type="application\/json">(.*)<\/script>/.exec(page)?.[1] ?? "";
    expect(JSON.parse(settings).operations).toEqual([{ query, variables: { text: query } }]);
  },
);
