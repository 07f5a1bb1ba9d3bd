import { expect, test } from "vitest";
import { Heartbeat, leaseMs } from "./heartbeat.ts";

/** A queue whose deliveries `gone` were taken over by others. */
function queue(gone: readonly string[], asked: string[][] = []) {
  return {
    extend: async (ids: readonly string[], lease?: number) => {
      asked.push([...ids, String(lease)]);
      return ids.filter((id) => gone.includes(id));
    },
  };
}

test("a beat lengthens all that is in hand, and knows what was lost", async () => {
  const asked: string[][] = [];
  const heartbeat = new Heartbeat(queue(["2.1"], asked), () => {});

  heartbeat.hold(["1.1", "2.1", "3.1"]);
  heartbeat.drop(["3.1"]);
  await heartbeat.beat();

  expect(asked).toEqual([["1.1", "2.1", String(leaseMs)]]);
  expect(["1.1", "2.1", "3.1"].filter((id) => heartbeat.isLost(id))).toEqual(["2.1"]);
});

test("what was settled while the queue was asked is not lost", async () => {
  const heartbeat = new Heartbeat(
    {
      extend: async (ids) => {
        heartbeat.drop(["1.1"]);
        return ids;
      },
    },
    () => {},
  );
  heartbeat.hold(["1.1"]);

  await heartbeat.beat();

  expect(heartbeat.isLost("1.1")).toBe(false);
});

test("nothing in hand, nothing asked", async () => {
  const asked: string[][] = [];

  await new Heartbeat(queue([], asked), () => {}).beat();

  expect(asked).toEqual([]);
});
