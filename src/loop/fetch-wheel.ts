import type { FailureClass, ReleaseFacts } from "../model/knowledge.ts";
import type { Release } from "../model/release.ts";
import { admitsPython, chooseFile } from "../python/file-choice.ts";
import { ThothError } from "../util/errors.ts";
import type { Bench } from "./bench.ts";
import { listedRelease } from "./listed-release.ts";
import { buildSource, fetchFile, type NotBuilt } from "./source-builds.ts";

/** A wheel of a release for the runtime: the index's own, or one built of its sdist. */
export interface FetchedWheel {
  readonly ok: true;
  readonly path: string;
  /** The index's file: the wheel, or the sdist that it was built of. */
  readonly filename: string;
  readonly sha256: string;
}

/**
 * Fetches the file that the runtime would install; a source distribution is built.
 * @throws ThothError where the index can't be reached: that says nothing of the release.
 */
export async function fetchWheel(bench: Bench, release: Release): Promise<FetchedWheel | NotBuilt> {
  const facts = await listedRelease(bench, release);
  if (facts === undefined) return not("vanished", "its index does not list it");
  const choice = chooseFile(facts, bench.runtime.pythonFull, bench.ranks);
  if (!("file" in choice)) return not(classOfNone(bench, facts), choice.reason);
  const { filename } = choice.file;
  const file = bench.services.store.details(release)?.find((one) => one.filename === filename);
  if (file === undefined) return not("vanished", "the index no longer lists the file");
  const { sha256 = "" } = file;
  try {
    const fetched = await fetchFile(bench, release, file);
    if (!fetched.ok) return fetched;
    if (filename.endsWith(".whl")) return { ...fetched, filename, sha256 };
    const built = await buildSource(bench, { archive: fetched.path }, file.sha256, "wheel");
    return built.ok ? { ok: true, path: built.wheelPath, filename, sha256 } : built;
  } catch (error) {
    if (!(error instanceof ThothError) || error.code !== "hash-mismatch") throw error;
    return not("hash-mismatch", error.message);
  }
}

function classOfNone({ runtime }: Bench, { files, vanished }: ReleaseFacts): FailureClass {
  if (vanished !== undefined) return "vanished";
  const forPython = files.some((file) => admitsPython(file.requiresPython, runtime.pythonFull));
  return forPython || files.length === 0 ? "no-file" : "requires-python";
}

function not(failure: FailureClass, detail: string): NotBuilt {
  return { ok: false, failure, detail };
}
