/**
 * Runs in the gateway's process before its own code. Asked by the parent, it says what the process has used so far:
 * microseconds of CPU, and bytes of resident memory. Told a number of seconds, it moves the monotonic clock ahead by so
 * many, so that no test waits for a cooldown.
 */

const elapsed = performance.now.bind(performance);
let aheadMs = 0;
performance.now = () => elapsed() + aheadMs;

process.on("message", ({ skipSeconds = 0 }) => {
  aheadMs += skipSeconds * 1_000;
  const { user, system } = process.cpuUsage();
  process.send({ cpu: user + system, resident: process.memoryUsage.rss() });
});
// What listens to the parent must not keep the process alive.
process.channel.unref();
