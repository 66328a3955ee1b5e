const { default: Sequencer } = require("@jest/test-sequencer");
const killers = require("./killers.cjs");

const kinds = ["unit", "contract", "security"];
const rank = ({ path }) => kinds.findIndex((kind) => path.includes(`/test/${kind}/`));

/** The quick kinds of tests come first, and in each what has noticed mutants: most need no other. */
module.exports = class QuickFirst extends Sequencer {
  sort(tests) {
    return [...tests].sort(
      (a, b) => rank(a) - rank(b) || killers.compare(a.path, b.path) || a.path.localeCompare(b.path),
    );
  }
};
