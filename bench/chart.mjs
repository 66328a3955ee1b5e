import { candidates } from "./candidates.mjs";
import { short } from "./markdown.mjs";
import { operations } from "./operations.mjs";
import { median } from "./statistics.mjs";

/** The table as bars: a small SVG that reads on light and dark pages. */

const shown = ["regions", "minted", "reused", "held"];
const bar = { left: 310, most: 360, height: 14, step: 19 };
const group = { head: 26, gap: 16 };
const width = bar.left + bar.most + 60;

const plain = (title) => title.replaceAll(/[*`]/g, "");
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** Bars of the CPU of one request, each operation on a scale of its own. */
export function chart({ samples }) {
  const names = shown.filter((name) => name in samples);
  const parts = [];
  let top = 0;
  for (const name of names) {
    parts.push(...groupOf(name, samples[name], top));
    top += group.head + Object.keys(samples[name]).length * bar.step + group.gap;
  }
  const label = "Microseconds of CPU for one request; shorter is better";
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${top}" role="img" aria-label="${label}">
<style>text{font:12px sans-serif;fill:#767676}.head{font-weight:bold}rect{fill:#8f9bb3}.own{fill:#2f7ed8}</style>
${parts.join("\n")}
</svg>
`;
}

function groupOf(name, ofOperation, top) {
  const medians = Object.entries(ofOperation).map(([candidate, samples]) => [
    candidate,
    median(samples.map(({ cpuUs }) => cpuUs)),
  ]);
  const largest = Math.max(...medians.map(([, cpuUs]) => cpuUs));
  const title = `${plain(operations[name].title)}: microseconds of CPU, shorter is better`;
  const bars = medians.flatMap(([candidate, cpuUs], index) => {
    const y = top + group.head + index * bar.step;
    const length = Math.max(1, Math.round((cpuUs / largest) * bar.most));
    const own = candidate.startsWith("gateway") ? ' class="own"' : "";
    return [
      `<text x="${bar.left - 8}" y="${y + 11}" text-anchor="end">${escaped(plain(candidates[candidate].title))}</text>`,
      `<rect${own} x="${bar.left}" y="${y}" width="${length}" height="${bar.height}"/>`,
      `<text x="${bar.left + length + 6}" y="${y + 11}">${short(cpuUs)}</text>`,
    ];
  });
  return [`<text class="head" x="0" y="${top + 16}">${escaped(title)}</text>`, ...bars];
}
