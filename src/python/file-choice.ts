import { parseSpecifierSet, specifierContains } from "./specifier.ts";
import { chooseDistribution } from "./wheel-choice.ts";

/** A file of a release as an index lists it. */
interface ListedFile {
  readonly filename: string;
  readonly requiresPython?: string;
  readonly yanked?: string;
}

/** The file of a release that a runtime would install, or why there is none. */
export type FileChoice<File> = { readonly file: File } | { readonly reason: string };

const admittedBy = new Map<string, Map<string, boolean>>();

/** Whether a Requires-Python text admits a Python; an unreadable one admits all, as for pip. */
export function admitsPython(requiresPython: string | undefined, python: string): boolean {
  if (requiresPython === undefined || requiresPython === "") return true;
  let answers = admittedBy.get(python);
  if (answers === undefined) {
    answers = new Map();
    admittedBy.set(python, answers);
  }
  const known = answers.get(requiresPython);
  if (known !== undefined) return known;
  const set = parseSpecifierSet(requiresPython);
  const answer = set === undefined || specifierContains(set, python, { prereleases: true });
  answers.set(requiresPython, answer);
  return answer;
}

/** Chooses as pip does: Requires-Python, yanked last, best tag, highest build, sdist if no wheel fits. */
export function chooseFile<File extends ListedFile>(
  facts: { readonly files: readonly File[]; readonly vanished?: string },
  python: string,
  ranks: ReadonlyMap<string, number>,
): FileChoice<File> {
  if (facts.vanished !== undefined)
    return { reason: `has vanished from the index (seen ${facts.vanished})` };
  const forPython = facts.files.filter((file) => admitsPython(file.requiresPython, python));
  if (forPython.length === 0) {
    const wanted = facts.files[0]?.requiresPython;
    return { reason: wanted === undefined ? "has no files" : `needs Python ${wanted}` };
  }
  const live = forPython.filter((file) => file.yanked === undefined);
  const pool = live.length > 0 ? live : forPython;
  const filename = chooseDistribution(
    pool.map((file) => file.filename),
    ranks,
  );
  const file = pool.find((one) => one.filename === filename);
  return file === undefined ? { reason: "has no file for this runtime" } : { file };
}
