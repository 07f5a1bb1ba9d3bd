import { join } from "node:path";
import { isRecord, parsedJson } from "../util/json.ts";
import { readAdvisoryHead } from "./advisory-file.ts";
import { Quarantine, readOwn } from "./damage.ts";

/** The records that the last import could not read, by the folder of the advisories. */
export function damagedRecords(
  advisories: string,
): readonly { readonly name: string; readonly reason: string }[] {
  const head = new Quarantine(undefined).guard(() => readAdvisoryHead(advisories));
  const text = head?.setAside === undefined ? undefined : readOwn(join(advisories, head.setAside));
  return (text?.trimEnd().split("\n") ?? []).flatMap((line) => {
    const value = parsedJson(line);
    if (!isRecord(value)) return [];
    return [{ name: String(value["name"]), reason: String(value["reason"]) }];
  });
}
