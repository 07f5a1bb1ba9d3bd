import type { Constraint } from "../model/advice-settings.ts";
import type { Runtime } from "../model/runtime.ts";
import { markerHolds } from "../python/marker.ts";
import { ThothError } from "../util/errors.ts";
import type { Manifest } from "./manifest.ts";

/** Lines of constraints files whose markers hold on a runtime. Throws `bad-requirements`. */
export function activeConstraints(
  { constraints }: Manifest,
  { markers }: Runtime,
): readonly Constraint[] {
  return constraints.flatMap(({ name, specifier, marker, place }): readonly Constraint[] => {
    const holds = marker === undefined || markerHolds(marker, markers, "");
    if (typeof holds !== "boolean") {
      const message = `the marker of the constraint on ${name} has no answer`;
      throw new ThothError("bad-requirements", `${message}: ${holds.error.message}`, { place });
    }
    if (!holds || specifier.clauses.length === 0) return [];
    const where = `${place.file}:${place.line}`;
    return [{ name, specifier: specifier.text, range: specifier.range, where }];
  });
}
