import { createConnection } from "node:net";
import type { Finding } from "../../model/checkup.ts";
import { errorCode } from "../../util/atomic-write.ts";
import { type Check, checkLimitMs, type Patient } from "./check.ts";

interface Named {
  readonly configuration: {
    readonly messaging: Patient["configuration"]["messaging"];
    readonly kafka: { readonly brokers: readonly string[] } | undefined;
  };
}

/** The brokers of Kafka that are named: which take connections. What they say, the queue tells. */
export const broker: Check<Named> = {
  name: "broker",
  find: async ({ configuration: { kafka, messaging } }) => {
    if (messaging !== "kafka" || kafka === undefined) return [];
    const tried = await Promise.all(kafka.brokers.map(tryToConnect));
    const isAny = tried.some(({ problem }) => problem === undefined);
    return tried.map(({ address, problem, ms }): Finding => {
      const facts = { address, ms };
      if (problem === undefined) {
        return { condition: "works", text: `${address} takes connections, in ${ms} ms`, facts };
      }
      const text = `${address} takes no connection: ${problem}`;
      return { condition: isAny ? "warning" : "broken", text, hint, facts };
    });
  },
};

const hint = "check `kafka_brokers`, that the broker runs, and that nothing between keeps it away";

interface Trial {
  readonly address: string;
  readonly problem: string | undefined;
  readonly ms: number;
}

function tryToConnect(address: string): Promise<Trial> {
  const start = performance.now();
  const [, host = "", port = "9092"] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(address) ?? [];
  return new Promise((resolve) => {
    const socket = createConnection({ host, port: Number(port), timeout: checkLimitMs - 1000 });
    const end = (problem: string | undefined) => {
      socket.destroy();
      resolve({ address, problem, ms: Math.round(performance.now() - start) });
    };
    socket.once("connect", () => end(undefined));
    socket.once("timeout", () => end("no answer"));
    socket.once("error", (error) => end(errorCode(error) ?? error.message));
  });
}
