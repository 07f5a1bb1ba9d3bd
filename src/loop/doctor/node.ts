import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isRecord, parsedJson } from "../../util/json.ts";
import { packageRoot } from "../../util/package-root.ts";
import type { Check } from "./check.ts";

/** The Node that runs this, against what the package asks for. */
export const node: Check<unknown> = {
  name: "node",
  find: async () => {
    const found = process.versions.node;
    const least = leastNode();
    const facts = { version: found };
    if (isAtLeast(found, least)) return [{ condition: "works", text: found, facts }];
    const text = `${found} is older than ${least}`;
    return [{ condition: "broken", text, hint: `install Node ${least} or newer`, facts }];
  },
};

/** `engines` of package.json is of the form `>=20.19`. */
function leastNode(): string {
  const manifest = parsedJson(readFileSync(join(packageRoot(), "package.json"), "utf8"));
  const engines = isRecord(manifest) ? manifest["engines"] : undefined;
  const wanted = isRecord(engines) ? String(engines["node"]) : "";
  return /[\d.]+/.exec(wanted)?.[0] ?? "0";
}

function isAtLeast(found: string, least: string): boolean {
  const numbers = (text: string) => text.split(".").map(Number);
  const wanted = numbers(least);
  for (const [at, number] of numbers(found).entries()) {
    const other = wanted[at] ?? 0;
    if (number !== other) return number > other;
  }
  return true;
}
