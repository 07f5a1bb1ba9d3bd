// A real broker of the test rig, the queue on it and bare kafkajs, each built from source first.
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { buildSync } from "esbuild";
import { folder } from "./world.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));

function bundle(name, contents, define = {}) {
  const outfile = join(folder("kafka"), `${name}.cjs`);
  buildSync({
    stdin: { contents, resolveDir: root },
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    define,
    outfile,
    logLevel: "error",
  });
  return outfile;
}

/** The broker of fixtures/, started. */
export async function startBroker() {
  const place = pathToFileURL(join(root, "fixtures/kafka-broker.ts")).href;
  const path = bundle("broker", 'export * from "./fixtures/kafka-broker.ts";', {
    "import.meta.url": JSON.stringify(place),
  });
  const { startKafka } = (await import(path)).default;
  return startKafka();
}

/** A file to import: `openKafkaQueue`, and the whole of kafkajs. */
export function queueBundle() {
  return bundle(
    "queue",
    'export { openKafkaQueue } from "./src/messaging/kafka-queue.ts"; export * as kafkajs from "kafkajs";',
  );
}

export function settings(address, topicPrefix) {
  return { brokers: [address], origin: "the measurement", client: "kafkajs", topicPrefix };
}
