exports.Platform = { OS: "node" };
