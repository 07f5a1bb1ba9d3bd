import { expect, test } from "vitest";
import { engineOn, install } from "../../fixtures/argo-engine.ts";
import { ArgoWorld } from "../../fixtures/argo-world.ts";

test("an investigator that starts anew takes up what runs, whatever it is grouped with", async () => {
  const world = await new ArgoWorld().start();
  const crash = new AbortController();
  const before = await engineOn(world, crash.signal);
  const created = world.created();
  const lost = before.run([install("a"), install("b")]);
  const name = await created;
  crash.abort(new Error("killed"));
  expect(await lost).toMatchObject([{ ok: false }, { ok: false }]);

  const after = await engineOn(world);
  const fresh = world.created();
  const result = after.run([install("b"), install("c")]);
  const other = await fresh;
  world.play(name, "watch-succeeds");
  world.play(other, "watch-exit-65");

  expect(await result).toMatchObject([{ ok: true }, { ok: true }]);
  expect(world.tasksOf(other)).toEqual([install("c")]);
});

test("a task that is wanted again later gets a workflow of its own: an old end is no new one", async () => {
  const world = await new ArgoWorld().start();
  const engine = await engineOn(world);
  for (const suffix of ["", "-2"]) {
    const created = world.created();
    const result = engine.run([install("flask")]);
    const name = await created;
    expect(name.endsWith(suffix)).toBe(true);
    world.play(name, "watch-succeeds");
    expect(await result).toEqual([{ ok: true, follow: [] }]);
  }
  expect(world.names).toHaveLength(2);
});

test("a stream that ends goes on where it was", async () => {
  const world = await new ArgoWorld().start();
  const engine = await engineOn(world);
  const created = world.created();

  const result = engine.run([install("flask")]);
  const name = await created;
  await expect.poll(() => world.watchers).toBe(1);
  world.endStreams();
  world.play(name, "watch-succeeds");

  expect(await result).toEqual([{ ok: true, follow: [] }]);
  expect(world.requests.filter(({ query }) => query["limit"] !== undefined)).toHaveLength(1);
});

test("a stream without a word says nothing: a change that no watch tells is found in a list", async () => {
  const world = await new ArgoWorld().start();
  const engine = await engineOn(world);
  const created = world.created();

  const result = engine.run([install("flask")]);
  const name = await created;
  await expect.poll(() => world.watchers).toBe(1);
  world.silently(() => world.play(name, "watch-succeeds"));
  const end = setInterval(() => world.endStreams(), 20);

  expect(await result).toEqual([{ ok: true, follow: [] }]);
  clearInterval(end);
});

test("a resourceVersion that is too old leads to a list, and nothing is lost", async () => {
  const world = await new ArgoWorld().start();
  let tooOld = 2;
  world.answer = ({ query }) => {
    if (query["watch"] === undefined || tooOld === 0) return undefined;
    tooOld -= 1;
    const object = { kind: "Status", code: 410, reason: "Expired", message: "too old" };
    const body = `${JSON.stringify({ type: "ERROR", object })}\n`;
    return { status: 200, headers: { "content-type": "application/json" }, body };
  };
  const engine = await engineOn(world);
  const created = world.created();

  const result = engine.run([install("flask")]);
  world.play(await created, "watch-succeeds");

  expect(await result).toEqual([{ ok: true, follow: [] }]);
});

test("a cluster that cannot be reached is an obstacle and no failure of the task", async () => {
  const world = await new ArgoWorld().start();
  world.server = "http://127.0.0.1:9";
  const engine = await engineOn(world);

  expect(await engine.run([install("flask")])).toMatchObject([
    { ok: false, cause: { code: "cluster-unreachable" } },
  ]);
});
