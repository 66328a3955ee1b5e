const { default: Sequencer } = require("@jest/test-sequencer");

const kinds = ["unit", "contract", "security"];
const rank = ({ path }) => kinds.findIndex((kind) => path.includes(`/test/${kind}/`));

/** The quick kinds of tests come first: most mutants need no other. */
module.exports = class QuickFirst extends Sequencer {
  sort(tests) {
    return [...tests].sort((a, b) => rank(a) - rank(b) || a.path.localeCompare(b.path));
  }
};
