const { default: Sequencer } = require("@jest/test-sequencer");
const { killerRank } = require("./killers.cjs");

const kinds = ["unit", "contract", "security"];
const kindRank = ({ path }) => kinds.findIndex((kind) => path.includes(`/test/${kind}/`));

/**
 * The quick kinds of tests come first, since most mutants need no other; among them what noticed the last mutants,
 * since the next one is close to these.
 */
module.exports = class QuickFirst extends Sequencer {
  sort(tests) {
    return [...tests].sort(
      (a, b) => kindRank(a) - kindRank(b) || killerRank(a.path) - killerRank(b.path) || a.path.localeCompare(b.path),
    );
  }
};
