import type { Brand } from "../util/brand.ts";
import { memoize } from "./memoize.ts";

/** A project name in its one normalised form. */
export type PackageName = Brand<string, "PackageName">;

const normalise = memoize((raw) => raw.replaceAll(/[-_.]+/g, "-").toLowerCase() as PackageName);

/** PEP 503: `Zope.Interface` and `zope_interface` are one project. Also for extras (PEP 685). */
export function packageName(raw: string): PackageName {
  return normalise(raw);
}

/** Whether `raw` may name a project or an extra at all (PEP 508, core metadata `Name`). */
export function isValidName(raw: string): boolean {
  return /^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/i.test(raw);
}

/** Whether `raw` is a valid name already in its normalised form. */
export function isNormalizedName(raw: string): boolean {
  return /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(raw);
}
