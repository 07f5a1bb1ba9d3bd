import { type PackageName, packageName } from "../python/name.ts";
import { BadArchive } from "./zip-directory.ts";

/** Whether a member of a wheel is the METADATA of a top-level `.dist-info` folder (PEP 427). */
export function isMetadataName(member: string): boolean {
  return member.endsWith(".dist-info/METADATA") && member.indexOf("/") === member.length - 9;
}

/**
 * The METADATA of the project `name` among the members that `isMetadataName` found.
 * @throws BadArchive where there is none, or more than one.
 */
export function chooseMetadataEntry<T extends { readonly name: string }>(
  found: readonly T[],
  name: PackageName,
): T {
  const own = found.filter((entry) => projectOf(entry.name) === name);
  const [entry, second] = own;
  if (entry === undefined) throw new BadArchive("it has no METADATA of its project");
  if (second !== undefined) throw new BadArchive("it has more than one METADATA");
  return entry;
}

function projectOf(member: string): PackageName {
  const folder = member.slice(0, member.indexOf("/"));
  return packageName(folder.slice(0, Math.max(0, folder.indexOf("-"))));
}
