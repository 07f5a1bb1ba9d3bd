// Stands in for a kubelet and for Argo's executor in the namespace thoth: runs the command of each
// pod's main container as a process of this machine, and tells how it ended as those would: phases,
// exit code, termination message, the result that the controller waits for. No images, no volumes,
// no limits, no init container. Reads SERVER and TOKEN.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const pods = "/api/v1/namespaces/thoth/pods";
const argo = "/apis/argoproj.io/v1alpha1/namespaces/thoth";
const termination = "/dev/termination-log";
const folder = mkdtempSync(join(tmpdir(), "thoth-kubelet-"));
/** Processes by the uid of their pod. */
const running = new Map();
const seen = new Set();

async function call(method, path, body, type = "application/json") {
  const response = await fetch(process.env.SERVER + path, {
    method,
    headers: { authorization: `Bearer ${process.env.TOKEN}`, "content-type": type },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 300)}`);
  return JSON.parse(text);
}

const tell = (...words) => process.stdout.write(`${words.join(" ")}\n`);
const moment = () => new Date().toISOString().replace(/\.\d+/, "");

/** Its containers, the main one's state as given, the others' that of having done their part. */
function setStatus(pod, phase, state) {
  const idle = state.running
    ? state
    : { terminated: { ...state.terminated, exitCode: 0, message: "" } };
  const containerStatuses = pod.spec.containers.map(({ name, image }) => ({
    name,
    image,
    imageID: "none",
    ready: false,
    restartCount: 0,
    state: name === "main" ? state : idle,
  }));
  const status = { phase, podIP: "10.0.0.1", containerStatuses };
  const path = `${pods}/${pod.metadata.name}/status`;
  return call("PATCH", path, { status }, "application/merge-patch+json");
}

/** What Argo's executor was to run. */
function commandOf({ spec }) {
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  const variables = containers.flatMap(({ env }) => env ?? []);
  const { container } = JSON.parse(variables.find(({ name }) => name === "ARGO_TEMPLATE").value);
  return [...(container.command ?? []), ...(container.args ?? [])];
}

/** Exit code as a container has it: 128 and the number of the signal. */
function run(pod, left) {
  const [file, ...args] = commandOf(pod).map((part) => (part === termination ? left : part));
  return new Promise((resolve) => {
    const child = spawn(file, args, { stdio: "inherit", detached: true });
    running.set(pod.metadata.uid, child);
    child.on("error", () => resolve(127));
    child.on("exit", (code) => resolve(code ?? 143));
  }).finally(() => running.delete(pod.metadata.uid));
}

/** The executor's word that there is no more to come. */
function reportResult({ metadata }) {
  const { annotations, labels, ownerReferences } = metadata;
  return call("POST", `${argo}/workflowtaskresults`, {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "WorkflowTaskResult",
    metadata: {
      name: annotations["workflows.argoproj.io/node-id"],
      labels: {
        "workflows.argoproj.io/workflow": labels["workflows.argoproj.io/workflow"],
        "workflows.argoproj.io/report-outputs-completed": "true",
      },
      ownerReferences,
    },
  });
}

async function attend(pod) {
  const startedAt = moment();
  const left = join(folder, pod.metadata.uid);
  await setStatus(pod, "Running", { running: { startedAt } });
  const exitCode = await run(pod, left);
  await reportResult(pod).catch((error) => tell(error.message));
  const message = existsSync(left) ? readFileSync(left, "utf8").slice(-4096) : "";
  const reason = exitCode === 0 ? "Completed" : "Error";
  const ended = { exitCode, reason, message, startedAt, finishedAt: moment() };
  await setStatus(pod, exitCode === 0 ? "Succeeded" : "Failed", { terminated: ended });
}

/** The controller would end a container by a command in it, which can't be had here. */
async function endUnwanted(items) {
  if (running.size === 0) return;
  const { items: workflows } = await call("GET", `${argo}/workflows`);
  const nodes = workflows.flatMap(({ status }) => Object.values(status?.nodes ?? {}));
  const over = new Set(nodes.filter(({ finishedAt }) => finishedAt).map(({ id }) => id));
  for (const [uid, child] of running) {
    const pod = items.find(({ metadata }) => metadata.uid === uid);
    const node = pod?.metadata.annotations["workflows.argoproj.io/node-id"];
    if (pod === undefined || over.has(node)) process.kill(-child.pid, "SIGTERM");
  }
}

async function look() {
  const { items } = await call("GET", pods);
  for (const pod of items) {
    const { name, uid, deletionTimestamp } = pod.metadata;
    if (deletionTimestamp) {
      await call("DELETE", `${pods}/${name}?gracePeriodSeconds=0`).catch(() => {});
    } else if (pod.status.phase === "Pending" && !seen.has(uid)) {
      seen.add(uid);
      tell(moment(), name);
      attend(pod).catch((error) => tell(error.message));
    }
  }
  await endUnwanted(items.filter(({ metadata }) => !metadata.deletionTimestamp));
}

for (;;) {
  await look().catch((error) => tell(moment(), error.message));
  await delay(250);
}
