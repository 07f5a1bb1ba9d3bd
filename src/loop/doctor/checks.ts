import type { CheckReport } from "../../model/checkup.ts";
import { ThothError } from "../../util/errors.ts";
import { broker } from "./broker.ts";
import { type Check, examine, findingOf, type Patient } from "./check.ts";
import { clock } from "./clock.ts";
import { cluster } from "./cluster.ts";
import { database } from "./database.ts";
import { disk } from "./disk.ts";
import { indexes } from "./indexes.ts";
import { interpreters } from "./interpreters.ts";
import { node } from "./node.ts";
import { queue } from "./queue.ts";
import { sandbox } from "./sandbox.ts";
import { settings } from "./settings.ts";
import { store } from "./store.ts";

/** Everything that `thoth doctor` looks at, in the order in which it tells. */
const checks: readonly Check[] = [
  node,
  settings,
  interpreters,
  sandbox,
  store,
  database,
  broker,
  queue,
  cluster,
  disk,
  indexes,
  clock,
];

/** What can be looked at whatever the settings are. */
const withoutSettings: readonly Check<unknown>[] = [node, sandbox];

/** Runs all checks side by side; with mistakes in the settings, those that need none. */
export function examineAll(
  patient: Patient | ThothError,
  life: AbortSignal,
): Promise<readonly CheckReport[]> {
  if (!(patient instanceof ThothError)) {
    return Promise.all(checks.map((check) => examine(check, patient, life)));
  }
  const mistakes: Check<unknown> = {
    name: settings.name,
    find: async () => [patient, ...patient.others].map(findingOf),
  };
  const possible = [mistakes, ...withoutSettings];
  return Promise.all(
    checks.map(({ name }) => {
      const check = possible.find((one) => one.name === name);
      return examine(check ?? unexamined(name), undefined, life);
    }),
  );
}

function unexamined(name: string): Check<unknown> {
  const text = "not looked at: the settings have to be mended first";
  return { name, find: async () => [{ condition: "unknown", text }] };
}
