import { expect, test } from "vitest";
import { gapMessage, sender } from "../investigator/gaps.ts";
import { createMessage } from "../messaging/codec.ts";
import { MemoryQueue } from "../messaging/memory-queue.ts";
import type { Message } from "../model/message.ts";
import { indexUrl } from "../model/release.ts";
import { runtimeId } from "../model/runtime.ts";
import { packageName } from "../python/name.ts";
import { estimateOf } from "./estimate.ts";

const index = indexUrl("https://index.example/simple");

function releases(name: string): Message {
  return gapMessage({ missing: "releases", name: packageName(name), index, requiredBy: "" });
}

function installed(name: string): Message {
  const release = { name: packageName(name), version: "1.0", index };
  const runtime = runtimeId("linux-glibc236-x86_64-cp311");
  return gapMessage({ missing: "installed", release, runtime, requiredBy: "" });
}

const scan = createMessage("si_unanalyzed_package", sender, {
  package_name: "web",
  package_version: "1.0",
  index_url: index,
});

const measured: Readonly<Record<string, number>> = { "learn-releases": 100, install: 2000 };

function services(times = measured) {
  const workTimes = { meanMs: (kind: string) => times[kind], begin: () => () => {} };
  return { workTimes: { ...workTimes, close: async () => {} }, now: () => 0 };
}

/** A queue of these messages, all of one priority. */
async function queueOf(...messages: readonly Message[]): Promise<MemoryQueue> {
  const queue = new MemoryQueue({ now: () => 0, random: () => 0.5 });
  await queue.publish(messages);
  return queue;
}

test("who waits waits for the longest lane, up to the last of the own messages in each", async () => {
  const queue = await queueOf(installed("a"), releases("b"), installed("c"), installed("later"));
  const waitingFor = [releases("b"), installed("c")];

  expect(estimateOf(await queue.list(), { waitingFor, further: 0 }, services())).toEqual({
    facts: 2,
    further: 0,
    ahead: 1,
    ms: 4000,
  });
});

test("installations that will be asked for after that come on top", async () => {
  const queue = await queueOf(releases("b"));
  const waitingFor = [releases("b")];

  const estimate = estimateOf(await queue.list(), { waitingFor, further: 3 }, services());

  expect(estimate).toMatchObject({ facts: 1, further: 3, ms: 6100 });
});

test("what was never measured is unknown, and said; other lanes' work does not matter", async () => {
  const queue = await queueOf(scan, releases("b"), installed("c"));
  const times = { "learn-releases": 100 };

  const one = { waitingFor: [releases("b")], further: 0 };
  const both = { waitingFor: [releases("b"), installed("c")], further: 0 };

  expect(estimateOf(await queue.list(), one, services(times))).toMatchObject({ ms: 100 });
  expect(estimateOf(await queue.list(), both, services(times))).toEqual({
    facts: 2,
    further: 0,
    ahead: 0,
    unknown: "how long install takes was never measured here",
  });
});

test("a message that is to be tried again later is waited for at least until then", async () => {
  const queue = await queueOf(releases("b"));
  const [delivery] = await queue.claim(1);
  await queue.reject(delivery?.id ?? "", "no answer");
  const waitingFor = [releases("b")];

  const { ms } = estimateOf(await queue.list(), { waitingFor, further: 0 }, services());

  expect(ms).toBe(1000);
});

test("nobody knows how long a paused message waits", async () => {
  const queue = await queueOf(releases("b"));
  await queue.pause("unresolved_package");
  const waitingFor = [releases("b")];

  expect(estimateOf(await queue.list(), { waitingFor, further: 0 }, services())).toMatchObject({
    facts: 1,
    unknown: "`unresolved_package` is paused: `thoth queue resume unresolved_package`",
  });
});

test("a run whose messages are all settled waits for nothing", async () => {
  const queue = await queueOf(installed("other"));

  const estimate = estimateOf(
    await queue.list(),
    { waitingFor: [releases("b")], further: 0 },
    services(),
  );

  expect(estimate).toEqual({ facts: 0, further: 0, ahead: 0, ms: 0 });
});
