/**
 * Runs in the gateway's process before its own code. Told by the parent, it sets the wall clock ahead or back by so
 * many milliseconds, and collects garbage, so that what the heap holds then is what stays.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const now = Date.now.bind(Date);
let aheadMs = 0;
Date.now = () => now() + aheadMs;

process.on("message", ({ stepMs = 0, collect = false }) => {
  aheadMs += stepMs;
  if (collect) {
    setFlagsFromString("--expose-gc");
    runInNewContext("gc")();
  }
  process.send({});
});
// What listens to the parent must not keep the process alive.
process.channel.unref();
