import type { Release } from "../model/release.ts";
import { ThothError } from "../util/errors.ts";
import type { Bench } from "./bench.ts";
import { buildSource, fetchFile, type NotBuilt } from "./source-builds.ts";

/** A wheel of a release for the runtime: the index's own, or one built of its sdist. */
export interface FetchedWheel {
  readonly ok: true;
  readonly path: string;
  /** The index's file: the wheel, or the sdist that it was built of. */
  readonly filename: string;
  readonly sha256: string;
}

/** Fetches the file that the runtime would install; a source distribution is built. */
export async function fetchWheel(bench: Bench, release: Release): Promise<FetchedWheel | NotBuilt> {
  const filename = bench.learner.fileOf(release);
  const file = bench.services.store.details(release)?.find((one) => one.filename === filename);
  if (file === undefined)
    return { ok: false, failure: "no-file", detail: "no file for this runtime" };
  const { sha256 = "" } = file;
  try {
    const fetched = await fetchFile(bench, release, file);
    if (!fetched.ok) return fetched;
    if (file.filename.endsWith(".whl")) return { ...fetched, filename: file.filename, sha256 };
    const built = await buildSource(bench, { archive: fetched.path }, file.sha256, "wheel");
    return built.ok ? { ok: true, path: built.wheelPath, filename: file.filename, sha256 } : built;
  } catch (error) {
    if (!(error instanceof ThothError) || error.code !== "hash-mismatch") throw error;
    return { ok: false, failure: "hash-mismatch", detail: error.message };
  }
}
