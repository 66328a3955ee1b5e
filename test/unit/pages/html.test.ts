import { describe, expect, test } from "@jest/globals";
import { asData, html } from "../../../src/pages/html.js";

const hostile = `</p><script>alert("1")</script><a href='x' title="y">&amp;`;
const harmless =
  "&lt;/p&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&lt;a href=&#39;x&#39; title=&quot;y&quot;&gt;&amp;amp;";

describe("html", () => {
  test("escapes text in elements, attributes and lists", () => {
    const page = html`<p title="${hostile}">${hostile}${[hostile]}</p>`;
    expect(page.text).toBe(`<p title="${harmless}">${harmless}${harmless}</p>`);
  });

  test("keeps what is HTML already, however deep", () => {
    const items = ["<1>", "<2>"].map((text) => html`<li>${text}</li>`);
    expect(html`<ul>${items}</ul>`.text).toBe("<ul><li>&lt;1&gt;</li><li>&lt;2&gt;</li></ul>");
  });

  test("shows nothing for what is not there", () => {
    expect(html`<p>${undefined}${false}${""}${[]}${0}</p>`.text).toBe("<p>0</p>");
  });
});

describe("data in a page", () => {
  test.each(["</script><script>alert(1)</script>", "<!-- <script>", ']]> & \u2028 " \\'])("%j stays data", (text) => {
    const data = asData({ [text]: text }).text;
    expect(data).not.toContain("<");
    expect(JSON.parse(data)).toEqual({ [text]: text });
  });
});
