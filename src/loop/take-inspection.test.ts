import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../fixtures/folder.ts";
import { loadConfiguration } from "../config.ts";
import type { Inspection } from "../model/inspection.ts";
import { runtimeId } from "../model/runtime.ts";
import { exampleIndex, exampleRelease, MemoryStore } from "../store/memory-store.ts";
import { connect } from "../wiring.ts";
import { inspectionPath, takeInspection } from "./take-inspection.ts";

const id = "0b8f6a52-2f50-4c1e-9e0c-8a43d1d1f0aa";
const core = exampleRelease("core==1.0");
const runtime = runtimeId("linux-glibc236-x86_64-cp311");
const job = {
  exit_code: 0,
  signal: null,
  timed_out: false,
  wall_seconds: 0.1,
  usage: { ru_utime: 0.05, ru_maxrss: 1000 },
  stdout: {},
  stdout_cut: false,
  stderr: "",
};
const inspection: Inspection = {
  schema: "thoth.inspection",
  version: "1.0",
  inspection_id: id,
  created: "2026-01-02T03:04:05.000Z",
  runtime: { id: runtime, python: "3.11.7" },
  os: { name: "debian", version: "12", kernel: "6.1" },
  hardware: { cpu_model: "a processor", cpu_count: 2, memory_bytes: 8e9 },
  limits: { memory_bytes: 4e9, seconds: 600 },
  tools: { pip: "23.2.1" },
  script: { name: "bench.py", sha256: "1".repeat(64) },
  requirements_locked: {
    sha256: "2".repeat(64),
    current: true,
    pins: [
      {
        name: "core",
        version: "1.0",
        index_url: exampleIndex,
        filename: "core-1.0-py3-none-any.whl",
        sha256: "3".repeat(64),
      },
    ],
    left_out: [],
  },
  refused: [],
  jobs: [job, { ...job, wall_seconds: 0.3, usage: { ru_utime: 0.15, ru_maxrss: 3000 } }],
  problem: null,
};

/** A store with this text, or none, as the document of the inspection. */
async function holding(text?: string) {
  const root = temporaryFolder();
  const environment = { PATH: process.env["PATH"], HOME: root, THOTH_STORE: join(root, "store") };
  const flags = { store: join(root, "store") };
  const configuration = await loadConfiguration({ flags, environment, projectDirectory: root });
  const emit = () => {};
  const { signal } = new AbortController();
  const store = new MemoryStore();
  const services = { ...(await connect(configuration, { environment, emit, signal })), store };
  const path = inspectionPath(services, id);
  const write = (document: string) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, document);
  };
  if (text !== undefined) write(text);
  return {
    services,
    store,
    path,
    write,
    known: () => store.performance(core, runtime)?.inspections,
  };
}

test("each release that was installed gets the means of the runs and the most memory", async () => {
  const { services, known, store } = await holding(JSON.stringify(inspection));

  expect(takeInspection(services, { id, force: false })).toEqual({ ok: true, follow: [] });

  expect(known()).toEqual([
    {
      inspection: id,
      ok: true,
      wallMs: 200,
      userMs: 100,
      maxMemoryBytes: 3_072_000,
      cpu: "a processor",
      script: "1".repeat(64),
      lock: "2".repeat(64),
      observedAt: inspection.created,
    },
  ]);
  expect(store.installed(core, runtime)).toBeUndefined();
});

test("taken in twice it stands there once, and only force has a changed document count", async () => {
  const { services, known, write } = await holding(JSON.stringify(inspection));
  const walls = () => known()?.map(({ wallMs }) => wallMs);
  takeInspection(services, { id, force: false });
  write(JSON.stringify({ ...inspection, jobs: [job] }));

  takeInspection(services, { id, force: false });
  expect(walls()).toEqual([200]);

  takeInspection(services, { id, force: true });
  expect(walls()).toEqual([100]);
});

test("one run that failed is a stack that is not ok", async () => {
  const jobs = [job, { ...job, exit_code: null, signal: 11 }];
  const { services, known } = await holding(JSON.stringify({ ...inspection, jobs }));

  takeInspection(services, { id, force: false });

  expect(known()?.map(({ ok }) => ok)).toEqual([false]);
});

const { requirements_locked } = inspection;
const [pin] = requirements_locked.pins;

/** The document with something else in the place of its pin. */
function pinned(change: Readonly<Record<string, unknown>>): string {
  const pins = [{ ...pin, ...change }];
  return JSON.stringify({ ...inspection, requirements_locked: { ...requirements_locked, pins } });
}

test.each([
  ["no JSON", "{"],
  ["a later major version", JSON.stringify({ ...inspection, version: "2.0" })],
  ["a name that is a path", pinned({ name: "../../evil" })],
  ["a version that is none", pinned({ version: "1.0/../.." })],
  ["an address with credentials", pinned({ index_url: "https://me:secret@index.example/simple" })],
  ["a time to come", JSON.stringify({ ...inspection, created: "2999-01-01T00:00:00.000Z" })],
  [
    "a figure that is none",
    JSON.stringify({ ...inspection, jobs: [{ ...job, usage: { a: "1" } }] }),
  ],
  ["a negative time", JSON.stringify({ ...inspection, jobs: [{ ...job, wall_seconds: -1 }] })],
])("a document with %s is refused for good", async (_what, text) => {
  const { services, known } = await holding(text);

  expect(takeInspection(services, { id, force: true })).toMatchObject({
    ok: false,
    final: true,
    reason: `inspection ${id}: its document is damaged`,
  });
  expect(known()).toBeUndefined();
});

test("an id is a UUID, so that it names no other file", async () => {
  const { services, path } = await holding(JSON.stringify(inspection));
  const refused = (wanted: string) => takeInspection(services, { id: wanted, force: false });

  expect(refused(`../inspections/${id}`)).toMatchObject({ final: true });
  expect(refused(path)).toMatchObject({ final: true });
  expect(refused("../../../etc/passwd")).toMatchObject({
    final: true,
    reason: "inspection ../../../etc/passwd: its id is no UUID",
  });
});

test("a document that is absent, a link, of another id or without runs is refused", async () => {
  const absent = await holding();
  const linked = await holding();
  mkdirSync(dirname(linked.path), { recursive: true });
  symlinkSync("/dev/zero", linked.path);
  const other = await holding(JSON.stringify({ ...inspection, inspection_id: "another" }));
  const empty = await holding(JSON.stringify({ ...inspection, jobs: [] }));

  const reasons = [absent, linked, other, empty].map(({ services }) =>
    takeInspection(services, { id, force: false }),
  );

  expect(reasons).toMatchObject([
    { final: true, reason: `inspection ${id}: its document is not in this store` },
    { final: true, reason: `inspection ${id}: its document is no file to be read` },
    { final: true, reason: `inspection ${id}: its document is of another inspection` },
    { final: true, reason: `inspection ${id}: it measured nothing` },
  ]);
});
