// What the store costs: `node bench/store.mjs` builds synthetic pages of 230 packages (about
// 110,000 files), flushes them, and reads what a re-lock needs in fresh processes.
// Prints CPU milliseconds (user + system) beside wall time.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";

function print(text) {
  process.stdout.write(`${text}\n`);
}

async function main() {
  const root = mkdtempSync(join(tmpdir(), "thoth-bench-"));
  try {
    await build({
      stdin: {
        contents:
          'export * from "./src/store/json-store.ts"; export * from "./src/messaging/local-queue.ts";',
        resolveDir: ".",
      },
      bundle: true,
      splitting: true,
      format: "esm",
      platform: "node",
      target: "node20",
      minify: true,
      outdir: root,
      entryNames: "thoth",
      outExtension: { ".js": ".mjs" },
    });
    print(run(root, "write", 230));
    for (const packages of [50, 100, 230]) {
      const rounds = Array.from({ length: 9 }, () => JSON.parse(run(root, "read", packages)));
      const best = rounds.sort((a, b) => a.cpu - b.cpu)[0];
      print(`read ${packages}: ${JSON.stringify(best)} (least of 9; median cpu ${rounds[4].cpu})`);
    }
    print(run(root, "confirm", 230));
    print(run(root, "again", 230));
    print(run(root, "queue", 500));
  } finally {
    rmSync(root, { recursive: true });
  }
}

function run(root, mode, packages) {
  const args = ["bench/store.mjs", mode, root, String(packages)];
  return execFileSync(process.execPath, args, { encoding: "utf8" }).trim();
}

async function child(mode, root, count) {
  const { openJsonStore, openLocalQueue } = await import(join(root, "thoth.mjs"));
  const store = openJsonStore(join(root, "store"));
  const action = { write, read, confirm, again, queue }[mode];
  const result = await action(count, { store, root, openLocalQueue });
  print(JSON.stringify(result));
}

const index = "https://index.example/simple";
const runtime = "linux-glibc236-x86_64-cp311";

function measure() {
  const wall = performance.now();
  const cpu = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    return { cpu: (user + system) / 1000, wall: Math.round((performance.now() - wall) * 10) / 10 };
  };
}

/** Sizes as seen on a real index: most packages have few files, some thousands. */
function pageOf(position) {
  const name = `package-${position}`;
  const versions = position % 23 === 0 ? 600 : 20 + ((position * 37) % 120);
  const wheels = position % 23 === 0 ? 1 : position % 5 === 0 ? 30 : 2;
  const releases = Array.from({ length: versions }, (_, at) => {
    const version = `${Math.floor((versions - at) / 10)}.${(versions - at) % 10}.0`;
    const names = [`package_${position}-${version}.tar.gz`];
    for (let wheel = 0; wheel < wheels; wheel += 1) {
      names.push(
        `package_${position}-${version}-cp3${wheel}-cp3${wheel}-manylinux_2_17_x86_64.whl`,
      );
    }
    return { version, files: names.map((filename, file) => fileOf(filename, at * 31 + file)) };
  });
  return { name, index, checkedAt: Date.now(), validators: { serial: "123456" }, releases };
}

function fileOf(filename, seed) {
  const hex = (seed * 2654435761).toString(16).padStart(12, "0").repeat(6).slice(0, 64);
  return {
    filename,
    requiresPython: ">=3.8",
    sha256: hex,
    size: 1000 + seed,
    uploadedAt: "2024-04-07T19:26:08.123456Z",
    url: `https://files.example/packages/${hex.slice(0, 2)}/${hex.slice(2, 4)}/${hex.slice(4)}/${filename}`,
  };
}

async function write(count, { store }) {
  const pages = Array.from({ length: count }, (_, position) => pageOf(position));
  const files = pages.flatMap((page) => page.releases.map((release) => release.files.length));
  const done = measure();
  for (const page of pages) store.putPage(page);
  for (const page of pages) {
    for (const { version, files: ofRelease } of page.releases.slice(0, 5)) {
      const release = { name: page.name, version, index };
      store.putMetadata(release, ofRelease.at(-1).filename, {
        state: "known",
        requires: Array.from(
          { length: 12 },
          (_, at) => `package-${at}>=1.0; python_version >= "3.${at}"`,
        ),
        extras: ["test"],
        via: "metadata-file",
        observedAt: "2026-01-01T00:00:00Z",
      });
    }
    const release = { name: page.name, version: page.releases[0].version, index };
    store.putInstalled(release, runtime, {
      outcome: "ok",
      modules: [page.name],
      tools: { pip: "23.2.1" },
      durationMs: 1000,
      observedAt: "2026-01-01T00:00:00Z",
    });
  }
  await store.flush();
  return { what: "flush", packages: count, files: files.reduce((a, b) => a + b, 0), ...done() };
}

/** What a re-lock asks for: the newest releases, their metadata, one choice's hashes and trial. */
async function read(count, { store }) {
  const done = measure();
  let seen = 0;
  for (let position = 0; position < count; position += 1) {
    const list = store.releases(`package-${position}`, index);
    for (let at = 0; at < 3; at += 1) seen += list.version(at).length;
    const { version, files } = list.release(0);
    const release = { name: list.name, version, index };
    seen += store.metadata(release, files.at(-1).filename).requires.length;
    seen += store.installed(release, runtime).modules.length;
    seen += store.details(release).length;
  }
  seen += store.revision().length;
  return { what: "read", packages: count, seen, ...done() };
}

async function confirm(count, { store }) {
  const done = measure();
  for (let at = 0; at < count; at += 1) store.confirmPage(`package-${at}`, index, Date.now() + 1e6);
  await store.flush();
  return { what: "confirm", packages: count, ...done() };
}

async function again(count, { store }) {
  const pages = Array.from({ length: count }, (_, position) => pageOf(position));
  const done = measure();
  for (const page of pages) store.putPage({ ...page, checkedAt: Date.now() + 2e6 });
  await store.flush();
  return { what: "flush unchanged pages", packages: count, ...done() };
}

async function queue(count, { root, openLocalQueue }) {
  if (openLocalQueue === undefined) return { what: "queue", skipped: true };
  const messages = Array.from({ length: count }, (_, at) => ({
    type: "unresolved_package",
    component_name: "adviser",
    service_version: "0.1.0",
    version: "v2",
    package_name: `package-${at}`,
    index_url: index,
    package_version: null,
    solver: null,
    filename: null,
  }));
  const open = openLocalQueue(join(root, "queue"));
  const times = {};
  let done = measure();
  await open.publish(messages);
  times.publish = done();
  done = measure();
  const deliveries = await open.claim(count);
  times.claim = done();
  done = measure();
  await open.ack(deliveries.map(({ id }) => id));
  times.ack = done();
  done = measure();
  await open.publish(messages);
  for (let at = 0; at < count; at += 1) await open.ack((await open.claim(1)).map(({ id }) => id));
  times.oneByOne = done();
  await open.close();
  return { what: "queue", messages: count, ...times };
}

const [, , mode, folder, count] = process.argv;
if (mode === undefined) await main();
else await child(mode, folder, Number(count));
