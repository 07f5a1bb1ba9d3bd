// What the queue costs: `node bench/queue.mjs [MOST]` fills queues with up to MOST messages
// (100,000; try 1000000) and measures at each depth: opening, batches of 1,000 and of 10, single
// messages, a lane that accepts few, numbers; then several processes at once, and what syncing costs.
import { execFile, execFileSync } from "node:child_process";
import fs, { mkdtempSync, rmSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { message } from "./lib/message.mjs";

function print(text) {
  process.stdout.write(`${text}\n`);
}

async function main(most) {
  const root = mkdtempSync(join(tmpdir(), "thoth-bench-"));
  try {
    await build({
      stdin: { contents: 'export * from "./src/messaging/local-queue.ts";', resolveDir: "." },
      bundle: true,
      format: "esm",
      platform: "node",
      target: "node20",
      minify: true,
      outfile: join(root, "thoth.mjs"),
    });
    print("Rates by the clock, then CPU a message; each is published, claimed and acknowledged.");
    print("| queued | open | RSS | in 1,000s | in 10s | one by one | few of many | stats |");
    print("|---|---|---|---|---|---|---|---|");
    const depths = [1000, 10_000, 100_000, 1_000_000].filter((depth) => depth <= most);
    for (const depth of depths) {
      run(root, "fill", depth);
      const one = run(root, "depth", depth);
      const rates = [one.thousands, one.tens, one.singles];
      const cells = [depth, `${one.open} ms, ${one.openCpu} ms CPU`, `${one.rss} MB`, ...rates];
      print(`| ${[...cells, `${one.few} ms`, `${one.stats} ms`].join(" | ")} |`);
    }
    print("");
    for (const processes of [1, 2, 3]) {
      const folder = `together-${processes}`;
      const before = performance.now();
      const work = Array.from({ length: processes }, (_, at) =>
        runLater(root, "share", folder, at),
      );
      const done = (await Promise.all(work)).reduce((sum, one) => sum + one.messages, 0);
      const rate = Math.round((done / (performance.now() - before)) * 1000);
      print(`${processes} processes, batches of 1,000, 20,000 messages each: ${rate}/s in all`);
    }
    for (const policy of ["never", "publish", "always"]) {
      print(`synced ${policy}: ${JSON.stringify(run(root, "synced", policy))}`);
    }
  } finally {
    rmSync(root, { recursive: true });
  }
}

function run(root, mode, ...args) {
  const all = ["bench/queue.mjs", mode, root, ...args.map(String)];
  return JSON.parse(execFileSync(process.execPath, all, { encoding: "utf8" }));
}

async function runLater(root, mode, ...args) {
  const all = ["bench/queue.mjs", mode, root, ...args.map(String)];
  return JSON.parse((await promisify(execFile)(process.execPath, all)).stdout);
}

async function child(mode, root, args) {
  const { openLocalQueue } = await import(join(root, "thoth.mjs"));
  const open = (name) => openLocalQueue(join(root, `queue-${name}`));
  print(JSON.stringify(await { fill, depth, share, synced }[mode](open, ...args)));
}

function messages(label, count) {
  return Array.from({ length: count }, (_, at) => message(`${label}-${at}`));
}

async function fill(open, count) {
  const queue = open(count);
  for (let at = 0; at < Number(count); at += 10_000) {
    await queue.publish(messages(`fill-${at}`, Math.min(10_000, Number(count))));
  }
  await queue.close();
  return {};
}

/**
 * Publishes, claims and acknowledges; the messages queued before stay, since these go first.
 * Messages a second of the best of five rounds, and CPU microseconds a message of the cheapest:
 * what other work on the machine disturbs least.
 */
async function cycle(queue, label, batch, total) {
  const rounds = [];
  for (let round = 0; round < 5; round += 1) {
    const count = total / batch / 5;
    const batches = Array.from({ length: count }, (_, at) =>
      messages(`${label}-${round}-${at}`, batch),
    );
    const before = performance.now();
    const cpu = process.cpuUsage();
    for (const one of batches) {
      await queue.publish(one, { priority: 0 });
      const deliveries = await queue.claim(batch);
      if (deliveries.length !== batch) throw new Error(`${deliveries.length} of ${batch}`);
      await queue.ack(deliveries.map(({ id }) => id));
    }
    const { user, system } = process.cpuUsage(cpu);
    const ms = performance.now() - before;
    rounds.push({ rate: (count * batch * 1000) / ms, cpu: (user + system) / (count * batch) });
  }
  const rate = Math.round(Math.max(...rounds.map((one) => one.rate)));
  const cpu = Math.min(...rounds.map((one) => one.cpu));
  return `${rate}/s, ${cpu < 100 ? cpu.toFixed(1) : Math.round(cpu)} us`;
}

async function meanMs(rounds, action) {
  const before = performance.now();
  for (let round = 0; round < rounds; round += 1) await action();
  return Math.round(((performance.now() - before) / rounds) * 100) / 100;
}

async function depth(open, count) {
  const queue = open(count);
  const cpu = process.cpuUsage();
  const opened = await meanMs(1, () => queue.stats());
  const { user, system } = process.cpuUsage(cpu);
  const rss = Math.round(process.memoryUsage().rss / 1e6);
  // The first claim makes the view that later ones use
  await cycle(queue, "warm", 1000, 4000);
  const thousands = await cycle(queue, "thousands", 1000, 40_000);
  const tens = await cycle(queue, "tens", 10, 5000);
  const singles = await cycle(queue, "singles", 1, 500);
  const accept = ({ type }) => type === "missing_package";
  await queue.claim(10, { accept });
  await queue.claim(10, { accept });
  const few = await meanMs(50, () => queue.claim(10, { accept }));
  const stats = await meanMs(50, () => queue.stats());
  await queue.close();
  const openCpu = Math.round((user + system) / 1000);
  return { open: Math.round(opened), openCpu, rss, thousands, tens, singles, few, stats };
}

async function share(open, folder, label) {
  const queue = open(folder);
  const mine = Array.from({ length: 20 }, (_, at) => messages(`${label}-${at}`, 1000));
  let done = 0;
  for (const batch of mine) {
    await queue.publish(batch);
    const deliveries = await queue.claim(1000);
    await queue.ack(deliveries.map(({ id }) => id));
    done += deliveries.length;
  }
  await queue.close();
  return { messages: done };
}

/** The queue as it is syncs what is published; the others are made by tampering with node:fs. */
async function synced(open, policy) {
  const { fdatasyncSync, writeSync } = fs;
  if (policy !== "publish") fs.fdatasyncSync = () => {};
  if (policy === "always") {
    fs.writeSync = (file, ...rest) => {
      const written = writeSync(file, ...rest);
      fdatasyncSync(file);
      return written;
    };
  }
  syncBuiltinESMExports();
  const queue = open(`synced-${policy}`);
  const thousands = await cycle(queue, "a", 1000, 40_000);
  const singles = await cycle(queue, "b", 1, 1000);
  await queue.close();
  return { "in 1,000s": thousands, "one by one": singles };
}

const [, , mode, root, ...rest] = process.argv;
if (root === undefined) await main(Number(mode ?? 100_000));
else await child(mode, root, rest);
