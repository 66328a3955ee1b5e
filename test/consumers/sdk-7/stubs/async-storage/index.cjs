const values = new Map();

exports.setItem = async (key, value) => void values.set(key, value);
exports.getItem = async (key) => values.get(key) ?? null;
