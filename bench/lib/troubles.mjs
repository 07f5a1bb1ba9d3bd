// What goes wrong around investigators that nobody kills: the index goes away for a minute, the
// clock is set, the disk is full, the store can't be written. Mounts need root.
import { execFileSync } from "node:child_process";
import { existsSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { drained, investigator, place } from "./crowd.mjs";
import { loopbackIndex } from "./loopback.mjs";
import { folder, record, table } from "./world.mjs";

const awayMs = 60_000;

/** One trouble: `before` the messages, `during` the work, and how long until all was done after it. */
async function troubled(tools, made, { runtime, cache }, trouble) {
  const wanted = tools.plan(trouble.messages);
  const index = await loopbackIndex(made, tools.releasesOf(wanted));
  const where = place({ index: index.url, cache, store: trouble.store?.() });
  let queue = made.openLocalQueue(where.queue);
  await queue.publish(tools.messagesOf(made, wanted, index.url, runtime));
  // What this process holds open can't be made read-only
  await queue.close();
  await trouble.before?.({ index, where });
  const env = trouble.env?.(where) ?? {};
  const runs = [investigator(where, [], { env }), investigator(where, [], { env })];
  await trouble.during({ index, where, runs });
  const backAt = Date.now();
  queue = made.openLocalQueue(where.queue);
  const stats = await drained(queue);
  const seconds = tools.seconds(backAt);
  await tools.end(runs);
  const { faults, again } = await tools.verdict({
    made,
    where,
    index,
    wanted,
    runtime,
    queue,
    runs,
  });
  await queue.close();
  await index.goAway();
  trouble.after?.(where);
  const waits = runs.flatMap(({ events }) => events.filter(({ event }) => event === "obstacle"));
  const places = [...new Set(waits.map(({ place: at }) => at.replace(index.url, "the index")))];
  const row = { trouble: trouble.name, seconds, waits: waits.length, places, faults, again };
  record({ ...row, dead: stats.dead });
  return row;
}

const indexAway = {
  name: "index away for 60 s",
  messages: 500,
  before: ({ index }) => index.goAway(),
  during: async ({ index }) => {
    await sleep(awayMs);
    await index.comeBack();
  },
};

const faketime = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";
const clockFile = join(folder("clock"), "offset");
const clockSet = {
  name: "clock a day on, then two back",
  messages: 2000,
  env: () => {
    writeFileSync(clockFile, "+0");
    return {
      LD_PRELOAD: faketime,
      FAKETIME_TIMESTAMP_FILE: clockFile,
      FAKETIME_CACHE_DURATION: "1",
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
    };
  },
  during: async () => {
    for (const offset of ["+86400s", "-86400s", "+3600s"]) {
      await sleep(2000);
      writeFileSync(clockFile, offset);
    }
    await sleep(2000);
  },
};

/** A store on a small file system of its own. */
function smallDisk() {
  const mount = folder("disk");
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=12m", "tmpfs", mount]);
  return join(mount, "store");
}

const diskOf = ({ store }) => join(store, "..");
const unmount = (where) => execFileSync("umount", ["-l", diskOf(where)]);

const diskFull = {
  name: "disk full for 10 s",
  messages: 1000,
  store: smallDisk,
  before: ({ where }) => {
    const { bavail, bsize } = statfsSync(diskOf(where));
    writeFileSync(
      join(diskOf(where), "ballast"),
      Buffer.alloc(Math.max(0, bavail * bsize - 60_000)),
    );
  },
  during: async ({ where }) => {
    await sleep(10_000);
    rmSync(join(diskOf(where), "ballast"));
  },
  after: unmount,
};

const readOnly = {
  name: "store read-only for 10 s",
  messages: 1000,
  store: smallDisk,
  before: ({ where }) => {
    execFileSync("mount", ["-o", "remount,ro", diskOf(where)]);
  },
  during: async ({ where }) => {
    await sleep(10_000);
    execFileSync("mount", ["-o", "remount,rw", diskOf(where)]);
  },
  after: unmount,
};

/** All troubles, one after the other. */
export function troubles(tools) {
  return async (made, common) => {
    const rows = [];
    const { only } = common;
    for (const trouble of [indexAway, clockSet, diskFull, readOnly]) {
      if (only !== undefined && !trouble.name.startsWith(only)) continue;
      if (trouble === clockSet && !existsSync(faketime)) continue;
      rows.push(await troubled(tools, made, common, trouble));
    }
    table(
      ["trouble", "waits told", "for", "all done after, s", "faults", "asked again"],
      rows.map(({ trouble, waits, places, seconds, faults, again }) => [
        trouble,
        waits,
        places.join(", "),
        seconds,
        faults.length,
        again,
      ]),
    );
    return rows.every(({ faults }) => faults.length === 0);
  };
}
