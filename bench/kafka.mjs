// The queue in Kafka against a real broker: `node bench/kafka.mjs [speed|crash|share …]
// [--messages 20000] [--kills 20] [--batch 100]`.
// speed: publish, claim and acknowledge through the queue, beside bare kafkajs that sends and reads
// the same messages in the same batches with acks=-1 and a commit a batch. crash: the broker is
// killed and restarted under load. share: three workers, a fourth joins, one is killed.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { queueBundle, settings, startBroker } from "./lib/kafka.mjs";
import { message } from "./lib/message.mjs";
import { folder, options, record } from "./lib/world.mjs";

const { values, positionals } = options({
  messages: { type: "string", default: "20000" },
  kills: { type: "string", default: "20" },
  batch: { type: "string", default: "100" },
});
const total = Number(values.messages);
const batch = Number(values.batch);
const bundle = queueBundle();
const { openKafkaQueue, kafkajs } = (await import(bundle)).default;
const broker = await startBroker();
const modes = { speed, crash, share };
try {
  for (const name of positionals.length > 0 ? positionals : Object.keys(modes)) await modes[name]();
} finally {
  await broker.remove();
}

function load() {
  return Math.round(loadavg()[0]);
}

function batches(label, size) {
  return Array.from({ length: Math.ceil(total / size) }, (_, at) =>
    Array.from({ length: Math.min(size, total - at * size) }, (_one, n) =>
      message(`${label}-${at * size + n}`),
    ),
  );
}

async function measured(work) {
  const [before, cpu] = [performance.now(), process.cpuUsage()];
  await work();
  const seconds = (performance.now() - before) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { rate: Math.round(total / seconds), cpuUs: Math.round((user + system) / total) };
}

async function speed() {
  for (const size of [10, 100, 1000]) {
    const rounds = { bare: [], queue: [] };
    for (let round = 0; round < 3; round += 1) {
      rounds.bare.push(await bare(size, round));
      rounds.queue.push(await throughQueue(size, round));
    }
    const best = (all) => all.reduce((a, b) => (b.rate > a.rate ? b : a));
    const [kafka, queue] = [best(rounds.bare), best(rounds.queue)];
    const ratio = Math.round((queue.rate / kafka.rate) * 100) / 100;
    record({
      measure: "speed",
      batch: size,
      messages: total,
      bare: kafka,
      queue,
      ratio,
      load: load(),
    });
  }
}

/** One batch after the other: sent and awaited, read back, its offsets committed. */
async function bare(size, round) {
  const topic = `bare-${size}-${round}`;
  const kafka = new kafkajs.Kafka({ brokers: [broker.address], logCreator: () => () => {} });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: 1 }] });
  await admin.disconnect();
  const [producer, consumer] = [kafka.producer(), kafka.consumer({ groupId: topic })];
  await Promise.all([producer.connect(), consumer.connect()]);
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  let read = 0;
  let wake = () => {};
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch: { messages, partition } }) => {
      for (const { value } of messages) JSON.parse(value.toString());
      const offset = String(Number(messages.at(-1).offset) + 1);
      await consumer.commitOffsets([{ topic, partition, offset }]);
      read += messages.length;
      wake();
    },
  });
  let sent = 0;
  const result = await measured(async () => {
    for (const one of batches(topic, size)) {
      const messages = one.map((content) => ({ value: JSON.stringify(content) }));
      await producer.send({ topic, acks: -1, messages });
      sent += one.length;
      while (read < sent) {
        await new Promise((resolve) => {
          wake = resolve;
        });
      }
    }
  });
  await Promise.all([producer.disconnect(), consumer.disconnect()]);
  return result;
}

async function throughQueue(size, round) {
  const queue = openKafkaQueue(settings(broker.address, `queue-${size}-${round}`));
  await queue.stats();
  const result = await measured(async () => {
    for (const one of batches("q", size)) {
      await queue.publish(one);
      const deliveries = await queue.claim(size);
      if (deliveries.length !== one.length) throw new Error(`${deliveries.length} deliveries`);
      await queue.ack(deliveries.map(({ id }) => id));
    }
  });
  await queue.close();
  return result;
}

/** Processes on one queue, and what they tell. */
function crowd(prefix) {
  const place = folder(prefix);
  const effects = join(place, "effects");
  mkdirSync(effects);
  const told = [];
  const start = (mode, more = []) => {
    const script = fileURLToPath(new URL("lib/kafka-worker.mjs", import.meta.url));
    const args = [script, mode, bundle, broker.address, prefix, effects, "0", String(total)];
    const child = spawn(process.execPath, [...args, String(batch), ...more], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    createInterface({ input: child.stdout }).on("line", (line) => told.push(JSON.parse(line)));
    child.ended = new Promise((resolve) => child.once("exit", resolve));
    return child;
  };
  const done = () => readdirSync(effects).length;
  const repeated = () => {
    const path = join(place, "repeated");
    return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n").length : 0;
  };
  return { start, told, done, repeated };
}

async function until(isSo, limitMs = 600_000) {
  const end = Date.now() + limitMs;
  while (!isSo()) {
    if (Date.now() > end) return false;
    await sleep(50);
  }
  return true;
}

/** What is left in the queue once nothing should be. */
async function rest(prefix) {
  const queue = openKafkaQueue(settings(broker.address, prefix));
  const { ready, leased, dead } = await queue.stats();
  await queue.close();
  return { ready, leased, dead };
}

async function finish(name, prefix, all, processes, more) {
  const finished = await until(() => all.done() >= total, 300_000);
  await until(() => all.told.slice(-20).filter(({ idle }) => idle).length > 3, 60_000);
  for (const child of processes) child.kill("SIGTERM");
  await Promise.all(processes.map(({ ended }) => ended));
  const errors = all.told.filter(({ error }) => error !== undefined);
  const result = { lost: total - all.done(), repeated: all.repeated(), errors: errors.length };
  const left = await rest(prefix);
  record({ measure: name, messages: total, finished, ...result, left, ...more(), load: load() });
  for (const text of new Set(errors.map(({ error }) => error))) record({ error: text });
}

async function crash() {
  const kills = Number(values.kills);
  const all = crowd("crash");
  const started = Date.now();
  const processes = [
    all.start("publish", ["200"]),
    all.start("work", ["5"]),
    all.start("work", ["5"]),
  ];
  const outages = [];
  for (let kill = 1; kill <= kills; kill += 1) {
    await until(() => all.done() >= (total * kill) / (kills + 1));
    await broker.kill();
    const down = Date.now();
    await broker.start();
    const up = Date.now();
    await until(() => all.told.some(({ at, done }) => at > up && done > 0), 60_000);
    outages.push({ down: up - down, resumed: Date.now() - up });
  }
  const most = (field) => Math.max(...outages.map((one) => one[field]));
  await finish("crash", "crash", all, processes, () => ({
    kills,
    longestDownMs: most("down"),
    longestResumeMs: most("resumed"),
    seconds: Math.round((Date.now() - started) / 1000),
  }));
}

async function share() {
  const all = crowd("share");
  const slow = ["20"];
  const processes = [all.start("publish"), ...[1, 2, 3].map(() => all.start("work", slow))];
  await until(() => all.done() > total / 4);
  const joinedAt = Date.now();
  processes.push(all.start("work", slow));
  await until(() => all.done() > total / 2);
  const killedAt = Date.now();
  const victim = processes[1];
  victim.kill("SIGKILL");
  await finish("share", "share", all, processes, () => {
    const moments = all.told.filter(({ done }) => done > 0).map(({ at }) => at);
    const gaps = moments.slice(1).map((at, before) => at - moments[before]);
    const near = moments.filter((at) => at > killedAt).slice(0, 2);
    const byProcess = new Map();
    for (const { pid, done = 0 } of all.told) byProcess.set(pid, (byProcess.get(pid) ?? 0) + done);
    return {
      longestPauseMs: Math.max(...gaps),
      afterJoinMs: (moments.find((at) => at > joinedAt) ?? 0) - joinedAt,
      afterKillMs: (near[0] ?? 0) - killedAt,
      shares: [...byProcess.values()].filter((count) => count > 0),
    };
  });
}
