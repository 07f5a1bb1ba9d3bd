import type { LookupFunction } from "node:net";
import { expect, test } from "vitest";
import { sharedLookup } from "./shared-lookup.ts";

const addresses = [
  { address: "2001:db8::1", family: 6 },
  { address: "192.0.2.1", family: 4 },
];

function ask(lookup: LookupFunction, options: object): Promise<unknown> {
  return new Promise((resolve) => {
    lookup("index.example", options, (error, address) => resolve(error?.code ?? address));
  });
}

test("connections opened at once ask the name server once", async () => {
  const asked: string[] = [];
  const lookup = sharedLookup(async (hostname) => {
    asked.push(hostname);
    return addresses;
  });

  const answers = await Promise.all([
    ask(lookup, { all: true }),
    ask(lookup, {}),
    ask(lookup, { family: 4 }),
    ask(lookup, { family: "IPv4", all: true }),
  ]);

  expect(answers).toEqual([addresses, "2001:db8::1", "192.0.2.1", [addresses[1]]]);
  expect(asked).toEqual(["index.example"]);
});

test("a failure is told and forgotten", async () => {
  let asked = 0;
  const lookup = sharedLookup(async () => {
    asked += 1;
    if (asked === 1) throw Object.assign(new Error("unknown"), { code: "ENOTFOUND" });
    return addresses;
  });

  expect(await ask(lookup, { all: true })).toBe("ENOTFOUND");
  expect(await ask(lookup, { all: true })).toEqual(addresses);
});

test("a host without an address of the wanted family is not found", async () => {
  const lookup = sharedLookup(async () => addresses.slice(0, 1));

  expect(await ask(lookup, { family: 4 })).toBe("ENOTFOUND");
});
