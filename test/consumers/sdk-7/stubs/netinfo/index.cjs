exports.addEventListener = () => () => {};
