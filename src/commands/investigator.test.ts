import { request } from "node:http";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { wheel } from "../../fixtures/packages.ts";
import {
  makeProject,
  type StartedRun,
  startThoth,
  type TestProject,
  thoth,
} from "../../fixtures/rig.ts";
import { servedIndex } from "../../fixtures/served-index.ts";
import { createMessage } from "../messaging/codec.ts";
import { openLocalQueue } from "../messaging/local-queue.ts";
import type { MessageQueue } from "../messaging/queue.ts";
import type { Message } from "../model/message.ts";

const sender = { component: "test", serviceVersion: "1" };

function page(name: string, index: string): Message {
  const unasked = { package_version: null, solver: null, filename: null };
  const fields = { package_name: name, index_url: index, ...unasked };
  return createMessage("unresolved_package", sender, fields);
}

/** The queue of a project's store, as another process sees it. */
function queueOf(project: TestProject): MessageQueue {
  const queue = openLocalQueue(join(project.store, "queue"));
  onTestFinished(() => queue.close());
  return queue;
}

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Asks with whatever headers, which `fetch` would not let. */
function ask(
  port: number,
  path: string,
  { method = "GET", headers = {} }: Asked = {},
): Promise<{ readonly status: number | undefined; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path, method, headers }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text) => {
        body += text;
      });
      response.on("end", () => resolve({ status: response.statusCode, body }));
    });
    sent.on("error", reject).end();
  });
}

/** A daemon that serves on a free port. */
async function daemon(
  project: TestProject,
  index: string,
): Promise<{ readonly run: StartedRun; readonly port: number }> {
  const flags = ["--follow", "--listen", "0", "--log-format", "json"];
  const run = startThoth(project, ["investigate", ...flags], { index });
  await run.seen('"state":"started"');
  return { run, port: Number(/127\.0\.0\.1:(\d+)/.exec(run.output())?.[1]) };
}

test("it tells what it did: as a log, as metrics and as health", async () => {
  const index = await servedIndex([wheel({ name: "web", version: "1.0" })]);
  const project = makeProject();
  const queue = queueOf(project);
  await queue.publish([page("web", index.url)]);
  const { run, port } = await daemon(project, index.url);
  await run.seen('"event":"batch"');

  const metrics = await ask(port, "/metrics");
  const health = await ask(port, "/health");
  run.kill("SIGTERM");
  const { stderr, signal } = await run.finished;

  expect(metrics.body).toContain(
    'thoth_investigator_processed_total{message_type="unresolved_package"} 1',
  );
  expect(metrics.body).toContain(
    'thoth_investigator_scheduled_tasks_total{task="learn-releases"} 1',
  );
  expect(metrics.body).toContain('thoth_investigator_in_progress{lane="index"} 0');
  expect(health.status).toBe(200);
  expect(JSON.parse(health.body)).toMatchObject({
    schema: "thoth.health",
    state: "ok",
    obstacles: [],
    queue: { ready: 0, inWork: 0, dead: 0 },
  });
  const events = stderr
    .split("\n")
    .flatMap((line) => (line.startsWith("{") ? JSON.parse(line) : []));
  expect(events).toContainEqual(
    expect.objectContaining({ event: "handled", subject: "web", outcome: "done" }),
  );
  expect(events.at(-1)).toMatchObject({ event: "investigator", state: "stopping" });
  expect(signal).toBe("SIGTERM");
});

test("an index that is away is a state of health, costs no message a try, and ends by itself", async () => {
  const index = await servedIndex([wheel({ name: "web", version: "1.0" })]);
  index.fail("*", { kind: "status", status: 503 });
  const project = makeProject();
  const queue = queueOf(project);
  await queue.publish([page("web", index.url)]);
  const { run, port } = await daemon(project, index.url);
  await run.seen('"event":"obstacle"');

  const health = await ask(port, "/health");
  const waiting = await queue.list();
  index.mend("*");
  await run.seen('"event":"obstacle-gone"');

  expect(health.status).toBe(503);
  expect(JSON.parse(health.body)).toMatchObject({
    state: "waiting",
    obstacles: [{ place: index.url, failures: 1 }],
  });
  expect(waiting).toMatchObject([{ state: "ready", attempts: 0 }]);
});

test("types are paused and resumed by POST from this machine, not by a page in a browser", async () => {
  const index = await servedIndex([wheel({ name: "web", version: "1.0" })]);
  const project = makeProject();
  const { run, port } = await daemon(project, index.url);
  const headers = { "x-thoth": "1" };
  const path = "/pause/unresolved_package";

  const read = await ask(port, path);
  const form = await ask(port, path, { method: "POST" });
  const rebound = await ask(port, path, {
    method: "POST",
    headers: { ...headers, host: "evil.example" },
  });
  const watched = await ask(port, "/health", { headers: { host: "evil.example" } });
  const unknown = await ask(port, "/pause/nothing", { method: "POST", headers });
  const paused = await ask(port, path, { method: "POST", headers });
  const queue = queueOf(project);
  await queue.publish([page("web", index.url)]);
  const whilePaused = await queue.list();
  const resumed = await ask(port, "/resume/unresolved_package", { method: "POST", headers });
  await run.seen('"event":"batch"');

  expect([read.status, form.status, rebound.status, watched.status, unknown.status]).toEqual([
    405, 403, 403, 403, 404,
  ]);
  expect(JSON.parse(paused.body)).toEqual({ paused: ["unresolved_package"] });
  expect(whilePaused).toMatchObject([{ state: "paused" }]);
  expect(JSON.parse(resumed.body)).toEqual({ paused: [] });
});

test("it looks for what changed every so often, and has it solved", async () => {
  const index = await servedIndex([wheel({ name: "web", version: "1.0" })]);
  const project = makeProject();
  await thoth(project, ["solve", "web"], { index: index.url });
  const flags = ["--follow", "--refresh-every", "1s", "--log-format", "json"];
  const run = startThoth(project, ["investigate", ...flags], {
    index: index.url,
    env: { THOTH_FRESHNESS: "0" },
  });
  await run.seen('"state":"refreshed"');

  index.add(wheel({ name: "web", version: "2.0" }));
  await run.seen('"task":"install","outcome":"done"');

  expect(run.output()).toContain('"message":"package_released","subject":"web 2.0"');
});

test("a port that is taken is an error with a way out", async () => {
  const index = await servedIndex([]);
  const project = makeProject();
  const { port } = await daemon(project, index.url);

  const second = await thoth(project, ["investigate", "--listen", String(port)]);

  expect({ ...second, stderr: second.stderr.replaceAll(String(port), "PORT") }).toEqual({
    exitCode: 4,
    signal: null,
    stdout: "",
    stderr: `error[THOTH-E0415]: 127.0.0.1:PORT can't be listened on: another program listens there
   = cause: listen EADDRINUSE: address already in use 127.0.0.1:PORT
help: name another port: \`--listen 9091\`, or 0 for any
`,
  });
});

test("what can never be done here is given up with its reason, at once", async () => {
  const index = await servedIndex([wheel({ name: "web", version: "1.0" })]);
  const project = makeProject();
  const fields = { package_name: "web", package_version: "1.0", index_url: index.url };
  const install = createMessage("unresolved_package", sender, {
    ...fields,
    solver: "another-machine",
    filename: null,
  });
  await queueOf(project).publish([install]);

  const run = await thoth(project, ["investigate"], { index: index.url });

  expect(run.exitCode).toBe(3);
  expect(run.stdout).toContain(
    "given up: unresolved_package web 1.0: no runtime is called `another-machine` here",
  );
});
