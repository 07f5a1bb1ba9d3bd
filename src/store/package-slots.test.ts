import { expect, test } from "vitest";
import { indexUrl } from "../model/release.ts";
import { packageName } from "../python/name.ts";
import { Quarantine } from "./damage.ts";
import { PackageSlot } from "./package-slot.ts";
import { PackageSlots } from "./package-slots.ts";

const index = indexUrl("https://index.example/simple");
const name = (at: number) => packageName(`package-${at}`);

function emptySlots(): PackageSlots {
  const quarantine = new Quarantine(undefined);
  return new PackageSlots((one, of) => new PackageSlot(one, of, `/absent/${one}`, quarantine));
}

test("of ten thousand packages that were asked for, the first are forgotten", () => {
  const slots = emptySlots();
  const first = slots.get(name(0), index);
  for (let at = 1; at < 10_000; at += 1) slots.get(name(at), index);
  const last = slots.get(name(9_999), index);

  expect(slots.get(name(9_999), index)).toBe(last);
  expect(slots.get(name(0), index)).not.toBe(first);
});

test("what is not on disk yet is never forgotten", () => {
  const slots = emptySlots();
  const put = Array.from({ length: 10_000 }, (_, at) => {
    const slot = slots.get(name(at), index);
    slot.releases.confirm(1);
    return slot;
  });
  slots.forgetRead((slot) => slot.moveTo("/absent"));

  expect(slots.dirty()).toHaveLength(10_000);
  expect(put.every((slot, at) => slots.get(name(at), index) === slot)).toBe(true);
});
