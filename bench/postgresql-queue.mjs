// What the queue in PostgreSQL costs: `THOTH_POSTGRESQL_URL=… node bench/postgresql-queue.mjs [MOST]`
// fills a queue with up to MOST messages (100,000) and measures at each depth, by 1 and by 4 processes:
// messages that are published, claimed and acknowledged in a second, in batches of 100, of 10 and one
// by one; then a lane that accepts few of many, and numbers. The schema `bench` is made and dropped.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";

const url = process.env.THOTH_POSTGRESQL_URL;
const schema = "bench";

function print(text) {
  process.stdout.write(`${text}\n`);
}

async function main(most) {
  const root = mkdtempSync(join(tmpdir(), "thoth-bench-"));
  const bundle = join(root, "thoth.mjs");
  try {
    await bundled(bundle);
    print(
      `load ${loadavg()[0].toFixed(1)}; messages a second, published, claimed and acknowledged`,
    );
    print("| queued | processes | in 100s | in 10s | one by one | few of many | stats |");
    print("|---|---|---|---|---|---|---|");
    for (const depth of [1000, 10_000, 100_000].filter((one) => one <= most)) {
      await inProcess(bundle, "fill", depth);
      const { few, stats } = await inProcess(bundle, "look");
      for (const processes of [1, 4]) {
        const rates = [];
        for (const batch of [100, 10, 1]) rates.push(await together(bundle, processes, batch));
        print(`| ${[depth, processes, ...rates, `${few} ms`, `${stats} ms`].join(" | ")} |`);
      }
    }
    print(`load ${loadavg()[0].toFixed(1)}`);
  } finally {
    await inProcess(bundle, "drop");
    rmSync(root, { recursive: true });
  }
}

function bundled(outfile) {
  const from = ["messaging/postgres-queue", "messaging/codec", "postgres/database"];
  const contents = from.map((path) => `export * from "./src/${path}.ts";`).join("\n");
  const resolveDir = fileURLToPath(new URL("..", import.meta.url));
  const banner = `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);`;
  const shared = { bundle: true, format: "esm", platform: "node", target: "node20" };
  return build({ ...shared, stdin: { contents, resolveDir }, outfile, banner: { js: banner } });
}

async function together(bundle, processes, batch) {
  const turns = Math.max(5, Math.round((batch === 1 ? 400 : 2000) / batch / processes));
  const work = Array.from({ length: processes }, (_, at) =>
    inProcess(bundle, "work", turns, batch, `${at}`),
  );
  const done = await Promise.all(work);
  const [start, end] = [
    Math.min(...done.map((one) => one.start)),
    Math.max(...done.map((one) => one.end)),
  ];
  return `${Math.round((turns * batch * processes * 1000) / (end - start))}/s`;
}

async function inProcess(...args) {
  const all = [fileURLToPath(import.meta.url), "child", ...args.map(String)];
  const { stdout } = await promisify(execFile)(process.execPath, all, { maxBuffer: 1e8 });
  return JSON.parse(stdout);
}

async function child(bundle, mode, ...args) {
  const { createMessage, openDatabase, openPostgresQueue } = await import(pathToFileURL(bundle));
  const database = openDatabase({ url, origin: "THOTH_POSTGRESQL_URL", schema });
  const queue = openPostgresQueue(database);
  const sender = { component: "bench", serviceVersion: "0" };
  const index_url = "https://index.example/simple";
  const message = (type, package_name) =>
    createMessage(type, sender, {
      package_name,
      index_url,
      ...(type === "missing_package"
        ? {}
        : { package_version: "1.0", solver: null, filename: null }),
    });
  const modes = { fill, look, work, drop };
  const result = await modes[mode](...args);
  await queue.close();
  print(JSON.stringify(result ?? {}));

  async function drop() {
    await database.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
  }
  async function fill(depth) {
    await drop();
    for (let at = 0; at < Number(depth); at += 1000) {
      const some = Array.from({ length: 1000 }, (_, n) =>
        message("unresolved_package", `p-${at + n}`),
      );
      await queue.publish(some, { priority: 10 });
    }
    await database.query(`ANALYZE ${schema}.message`);
  }
  async function look() {
    await queue.publish([message("missing_package", "few")], { priority: 20 });
    const accept = ({ type }) => type === "missing_package";
    const few = await timed(() => queue.claim(10, { accept }));
    const again = await timed(() => queue.claim(10, { accept }));
    return { few: `${few}, then ${again}`, stats: await timed(() => queue.stats()) };
  }
  async function work(turns, batch, label) {
    await queue.claim(0);
    await queue.stats();
    const start = Date.now();
    for (let turn = 0; turn < Number(turns); turn += 1) {
      const names = Array.from(
        { length: Number(batch) },
        (_, at) => `${label}-${process.pid}-${turn}-${at}`,
      );
      await queue.publish(names.map((name) => message("unresolved_package", name)));
      const taken = await queue.claim(Number(batch));
      await queue.ack(taken.map(({ id }) => id));
    }
    return { start, end: Date.now() };
  }
}

async function timed(action) {
  const start = performance.now();
  await action();
  return Math.round(performance.now() - start);
}

if (url === undefined) {
  print("set THOTH_POSTGRESQL_URL to the address of a database");
  process.exitCode = 2;
} else if (process.argv[2] === "child") await child(...process.argv.slice(3));
else await main(Number(process.argv[2] ?? 100_000));
