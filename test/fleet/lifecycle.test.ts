import { describe, expect, jest, test } from "@jest/globals";
import { chanceOf } from "../support/chance.js";
import { redisProgram } from "../support/redis.js";
import { describeWith } from "../support/system-programs.js";
import { allWell, settingsFor, withCluster } from "./cluster.js";
import { tally } from "./load.js";
import { nginxPath } from "./nginx.js";
import { rotateAll } from "./rotation.js";
import { withFleet } from "./world.js";

jest.setTimeout(600_000);

/** As far as the machine keeps up. */
const perSecond = 300;

describeWith(nginxPath, redisProgram)("of three gateways behind nginx at 300 requests a second", () => {
  test.each(["0", "1500"])("each is restarted after a delay of %s ms, and no request fails", async (delay) => {
    await withFleet(
      { chance: chanceOf(1), env: { SHUTDOWN_DELAY_MS: delay } },
      async ({ gateways, load, ownership }) => {
        load.start(perSecond);
        await load.more(perSecond);
        for (const gateway of gateways) {
          expect(await gateway.stop()).toBe(0);
          await gateway.start();
          await load.until(async () => (await gateway.metric("amity_root_fields_total")) > 0);
        }
        await load.stop();
        expect([tally(load.failures), ownership.problems]).toEqual([{}, []]);
      },
    );
  });

  test("each is restarted while keys and certificates rotate and Redis fails over, and no request fails", async () => {
    await withCluster(async (nodes) => {
      await withFleet({ chance: chanceOf(2), env: settingsFor(nodes) }, async (fleet) => {
        const { gateways, load, ownership } = fleet;
        load.start(perSecond);
        await load.more(perSecond);
        for (const [turn, gateway] of gateways.entries()) {
          const [end] = await Promise.all([gateway.stop(), rotateAll(fleet, turn), nodes[turn]?.kill()]);
          expect(end).toBe(0);
          await gateway.start();
          await nodes[turn]?.start();
          await allWell(nodes);
        }
        await load.until(async () => (await gateways[0]?.metric("amity_redis_used")) === 1);
        await load.stop();
        expect([tally(load.failures), ownership.problems]).toEqual([{}, []]);
        await ownership.checkOpaque();
        expect([ownership.problems, ownership.checked]).toEqual([[], load.answered]);
      });
    });
  });

  describe("one is killed", () => {
    test("and what fails was sent to it, and to nobody else", async () => {
      await withFleet({ chance: chanceOf(3) }, async ({ gateways, load, nginx }) => {
        const [victim] = gateways;
        load.start(perSecond);
        await load.more(perSecond);
        const atMost = load.underWay;
        await victim?.stop("SIGKILL");
        await load.more(perSecond / 3);
        const failures = [...load.failures];
        await load.more(2 * perSecond);
        await victim?.start();
        await load.more(perSecond);
        await load.stop();
        // What came after that had its answer from another one.
        expect(load.failures).toEqual(failures);
        expect(failures.length).toBeLessThanOrEqual(atMost);
        const lines = (await nginx.log(load.answered)).filter((line) => / 502 /.test(line));
        const killed = ` from 127.0.0.1:${victim?.port} 502 `;
        expect(lines.filter((line) => !line.includes(killed))).toEqual([]);
        expect(new Set(failures.map(({ requestId }) => requestId))).toEqual(
          new Set(lines.map((line) => / id (\S+)$/.exec(line)?.[1])),
        );
      });
    });
  });
});
