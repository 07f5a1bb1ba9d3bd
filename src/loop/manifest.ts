import { join, relative, resolve } from "node:path";
import { type Constraint, readConstraints } from "../python/constraints-file.ts";
import { type Pipfile, parsePipfile } from "../python/pipfile.ts";
import { type PipfileLock, parseLock } from "../python/pipfile-lock.ts";
import { parsePylock } from "../python/pylock-reading.ts";
import { parsePyproject, projectName } from "../python/pyproject.ts";
import { readRequirements } from "../python/requirements-file.ts";
import { parseRequirementsLock } from "../python/requirements-lock.ts";
import { type ErrorCode, type Problem, ThothError } from "../util/errors.ts";
import { type ManifestFiles, type ManifestSettings, manifestFiles } from "./manifest-choice.ts";
import { readText } from "./text-file.ts";

/** A project directory as found: what the user wrote and what was locked before. */
export interface Manifest {
  /** The folder whose files count: the project's, or that of an overlay of it. */
  readonly directory: string;
  /** The project's own folder, which has its configuration. */
  readonly root: string;
  readonly kind: ManifestFiles["kind"];
  /** Absolute paths; `pipfilePath` is that of the file which says what is needed, of any format. */
  readonly pipfilePath: string;
  readonly lockPath: string;
  readonly text: string;
  /** Texts of the files that the manifest includes. */
  readonly included: readonly string[];
  /** A Pipfile, or what one with the same requirements would be. */
  readonly pipfile: Pipfile;
  /** Lines of constraints files, whether they hold on the runtime or not. */
  readonly constraints: readonly Constraint[];
  /** Exact bytes of the old lock; undefined if there is none. */
  readonly lockText: string | undefined;
  readonly lock: PipfileLock | undefined;
}

/**
 * Reads a project; mistakes are placed as seen `from` there. Throws ThothError `no-pipfile`,
 * `bad-toml`, `bad-pipfile`, `bad-pyproject`, `bad-requirements` or `bad-lock`.
 */
export function readManifest(
  directory: string,
  from: string,
  settings: ManifestSettings = {},
): Manifest {
  const files = manifestFiles(directory, settings);
  const { kind, input, lock: lockPath, passedOver } = files;
  const text = readText(input, codes[kind], shownPath(input, from));
  if (text === undefined) throw new ThothError("no-pipfile", `there is no \`${input}\``);
  const read = readInput(files, text, { directory, from });
  const warnings = [
    ...read.pipfile.warnings,
    ...passedOver.map((name) => notTaken(name, files, from)),
  ];
  const lockText = readText(lockPath, "bad-lock", shownPath(lockPath, from));
  const lock =
    lockText === undefined ? undefined : readLock(kind, lockText, shownPath(lockPath, from));
  return {
    directory,
    root: directory,
    kind,
    pipfilePath: input,
    lockPath,
    text,
    included: read.included,
    pipfile: { ...read.pipfile, warnings },
    constraints: [...read.constraints, ...constraintsOf(directory, from, settings)],
    lockText,
    lock,
  };
}

/** A path as the user would type it from where they are. */
export function shownPath(path: string, from: string): string {
  const shown = relative(from, path);
  return shown === "" ? "." : shown;
}

const codes: Readonly<Record<ManifestFiles["kind"], ErrorCode>> = {
  pipfile: "no-pipfile",
  pyproject: "bad-pyproject",
  requirements: "bad-requirements",
};

interface ReadInput {
  readonly pipfile: Pipfile;
  readonly included: readonly string[];
  readonly constraints: readonly Constraint[];
}

function readInput(
  { kind, input }: ManifestFiles,
  text: string,
  { directory, from }: { readonly directory: string; readonly from: string },
): ReadInput {
  const none = { included: [], constraints: [] };
  if (kind === "pipfile") return { pipfile: parsePipfile(text, shownPath(input, from)), ...none };
  if (kind === "pyproject")
    return { pipfile: parsePyproject(text, shownPath(input, from)), ...none };
  const included: string[] = [];
  const read = readRequirements(input, {
    read: (path) => {
      const found =
        path === input ? text : readText(path, "bad-requirements", shownPath(path, from));
      if (found !== undefined && path !== input) included.push(found);
      return found;
    },
    shown: (path) => shownPath(path, from),
    variables: process.env,
    nameOf: (folder) => {
      const path = resolve(directory, folder, "pyproject.toml");
      const own = readText(path, "bad-pyproject", shownPath(path, from));
      return own === undefined ? undefined : projectName(own, shownPath(path, from));
    },
  });
  return { ...read, included };
}

function readLock(kind: ManifestFiles["kind"], text: string, file: string): PipfileLock {
  if (kind === "pipfile") return parseLock(text, file);
  return kind === "pyproject" ? parsePylock(text, file) : parseRequirementsLock(text, file);
}

function notTaken(
  name: string,
  { input }: ManifestFiles,
  from: string,
): Pipfile["warnings"][number] {
  const hint = `\`--input ${name}\` takes that one, \`requirements_format\` in .thoth.yaml always`;
  return { message: `${shownPath(input, from)} is taken, ${name} is there, too`, hint };
}

/** Constraints that are named, and those of `constraints.txt` beside the project. */
function constraintsOf(
  directory: string,
  from: string,
  { constraints: named = [] }: ManifestSettings,
): readonly Constraint[] {
  const own = join(directory, "constraints.txt");
  const found: Constraint[] = [];
  const problems: Problem[] = [];
  for (const path of new Set([...named, own])) {
    const shown = shownPath(path, from);
    const text = readText(path, "bad-requirements", shown);
    if (text === undefined && path !== own) {
      throw new ThothError("bad-requirements", `there is no constraints file \`${shown}\``);
    }
    const read = readConstraints(text ?? "", shown);
    found.push(...read.constraints);
    problems.push(...read.problems);
  }
  const [first, ...others] = problems;
  if (first === undefined) return found;
  throw new ThothError(first.code, first.message, { ...first, others });
}
