/** The test files that have noticed a mutant, and how long each takes. Milliseconds. */
const killers = new Set();
const times = new Map();

exports.noteKiller = (path) => killers.add(path);

/** The longest counts: a run may have left out most of the file's tests. */
exports.noteTime = (path, ms) => times.set(path, Math.max(ms, times.get(path) ?? 0));

/** To sort by: what has noticed a mutant comes first, the quickest of it before the others. */
exports.compare = (a, b) => killers.has(b) - killers.has(a) || (times.get(a) ?? 0) - (times.get(b) ?? 0);
