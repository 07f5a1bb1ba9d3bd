// One process of bench/kafka.mjs: `publish` puts messages into the queue, `work` handles them until
// it is stopped. The effect of a message is a file of its name, made once; an effect that was there
// already is counted as a repetition. Progress goes to stdout, a JSON line each.
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { settings } from "./kafka.mjs";
import { message } from "./message.mjs";

const [, , mode, bundle, address, prefix, effects, from, to, batch, workMs] = process.argv;
const { openKafkaQueue } = (await import(bundle)).default;
const queue = openKafkaQueue(settings(address, prefix));
const size = Number(batch);

function tell(value) {
  process.stdout.write(`${JSON.stringify({ at: Date.now(), pid: process.pid, ...value })}\n`);
}

/** Until it comes about: a broker may be away for longer than the queue waits. */
async function surely(call) {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      tell({ error: `${error.code} ${error.message}` });
      await sleep(500);
    }
  }
}

async function publish() {
  for (let at = Number(from); at < Number(to); at += size) {
    const names = Array.from(
      { length: Math.min(size, Number(to) - at) },
      (_, one) => `p-${at + one}`,
    );
    await surely(() => queue.publish(names.map(message)));
    tell({ published: at + names.length });
    if (workMs !== undefined) await sleep(Number(workMs));
  }
}

function effect(name) {
  try {
    writeFileSync(join(effects, name), "", { flag: "wx" });
    return 0;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    appendFileSync(join(effects, "..", "repeated"), `${name}\n`);
    return 1;
  }
}

async function work() {
  let stopped = false;
  process.once("SIGTERM", () => {
    stopped = true;
  });
  while (!stopped) {
    const deliveries = await surely(() => queue.claim(size, { leaseMs: 120_000 }));
    if (deliveries.length === 0) {
      tell({ idle: true });
      await sleep(100);
      continue;
    }
    if (workMs !== undefined) await sleep(Number(workMs));
    let repeated = 0;
    for (const { message: one } of deliveries) repeated += effect(one.package_name);
    await surely(() => queue.ack(deliveries.map(({ id }) => id)));
    tell({ done: deliveries.length, repeated });
  }
}

await (mode === "publish" ? publish() : work());
await queue.close();
