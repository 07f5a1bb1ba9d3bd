import { once } from "node:events";
import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { broker } from "./broker.ts";

const nobody = "127.0.0.1:1";

async function listening(): Promise<string> {
  const server = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
  onTestFinished(() => {
    server.close();
  });
  await once(server, "listening");
  const address = server.address();
  return `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
}

const find = (brokers: readonly string[], messaging: "local" | "kafka" = "kafka") =>
  broker.find({ configuration: { messaging, kafka: { brokers } } }, new AbortController().signal);

test("one broker of several that is away is a drawback, all of them are none at all", async () => {
  const address = await listening();

  expect(await find([address, nobody])).toMatchObject([
    { condition: "works", facts: { address } },
    { condition: "warning", text: `${nobody} takes no connection: ECONNREFUSED` },
  ]);
  expect(await find([nobody])).toMatchObject([{ condition: "broken" }]);
});

test("brokers that nothing uses are left alone", async () => {
  expect(await find([nobody], "local")).toEqual([]);
});
