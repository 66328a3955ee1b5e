// What React Native's preset does with modules.
module.exports = { plugins: ["@babel/plugin-transform-modules-commonjs"] };
