/** Test files by when they last noticed a mutant, the latest last. */
const killers = new Set();

exports.noteKiller = (path) => {
  killers.delete(path);
  killers.add(path);
};

/** 1 for the file that noticed the latest, and so on; more than all of these for one that has noticed none. */
exports.killerRank = (path) => {
  const place = [...killers].reverse().indexOf(path);
  return place < 0 ? killers.size + 1 : place + 1;
};
