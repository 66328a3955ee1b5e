/** Measures what was asked for. Exit statuses: 1 when it cannot be measured or is below the baseline, 64 for usage. */

const usageStatus = 64;

/** What it measures with is installed apart, and what it measures is built. */
const hints = [
  [/dist\//, "The gateway is not built: node src/build/build.mjs"],
  [/./, "Its packages are installed apart: npm ci --prefix bench"],
];

async function load(name) {
  try {
    return await import(name);
  } catch (error) {
    if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
    console.error(`${hints.find(([pattern]) => pattern.test(error.message))[1]}\n${error.message}`);
    process.exit(1);
  }
}

const { readArguments, usage, UsageError } = await load("./arguments.mjs");

async function main() {
  try {
    const wanted = readArguments(process.argv.slice(2));
    if (wanted.help) {
      console.log(usage);
      return 0;
    }
    const { bench } = await load("./bench.mjs");
    return (await bench(wanted)) ? 0 : 1;
  } catch (error) {
    const isUsage = error instanceof UsageError;
    console.error(isUsage ? `bench: ${error.message}; see npm run bench -- --help` : `bench: ${error.stack}`);
    return isUsage ? usageStatus : 1;
  }
}

// Whatever still runs must not keep a bench that has failed.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));
process.exit(await main());
