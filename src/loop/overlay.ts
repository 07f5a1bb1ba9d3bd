import { existsSync } from "node:fs";
import { join } from "node:path";
import { meantEnvironment, type RuntimeWish } from "../model/declared-environment.ts";
import { ThothError } from "../util/errors.ts";

/** What decides whose files of a project count. */
export interface OverlayWish extends RuntimeWish {
  /** Folder that has one folder for each declared runtime, an absolute path; undefined: none. */
  readonly overlaysDirectory: string | undefined;
}

/**
 * The folder whose manifest, lock and constraints count: the overlay of the declared runtime that
 * is meant (`overlays_dir/NAME`), where `.thoth.yaml` names overlays, else the project's own.
 * @throws ThothError("no-pipfile") where the overlay is not there.
 */
export function manifestFolder(directory: string, wish: OverlayWish): string {
  const { overlaysDirectory } = wish;
  const environment = meantEnvironment(wish);
  if (overlaysDirectory === undefined || environment === undefined) return directory;
  const folder = join(overlaysDirectory, environment.name);
  if (existsSync(folder)) return folder;
  throw new ThothError(
    "no-pipfile",
    `runtime \`${environment.name}\` has no overlay: there is no folder \`${folder}\``,
    { hint: "make it, with a Pipfile for that runtime, or take `overlays_dir` out of .thoth.yaml" },
  );
}
