import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { packageName } from "../python/name.ts";

/** Files of other tools' locks and environments list what is installed, not what is used. */
const lists = /^(pylock.*\.toml|environment.*\.ya?ml|conda.*\.ya?ml)$/;

/** Files that run or set up a project, and may name a package that no source imports. */
const configuration =
  /^(Procfile|Dockerfile.*|Makefile|justfile|Pipfile|pyproject\.toml|setup\.cfg|.*\.(ini|cfg|ya?ml|sh|toml|service|conf))$/;

/** Tables of Pipfile, pyproject.toml and setup.cfg that say what is needed, not what is run. */
const requirementTables =
  /^\[+\s*(project(\.optional-dependencies)?|dependency-groups|build-system|tool\.poetry(\..*)?dependencies|tool\.pdm.*|tool\.uv.*|metadata|options(\.extras_require)?)\s*\]+/;

const mostBytes = 200_000;

/** Further files that say what is needed, in formats of their own. */
const requirementFiles = /^(.*requirements.*\.(txt|in)|setup\.(cfg|py))$/;

/** Words of the files beside a project's sources. */
export interface NamedBeside {
  /** Those that could name a package or a module that is used. */
  readonly mentions: ReadonlySet<string>;
  /** Those that could name a package that is asked for, whoever reads that, as packages are named. */
  readonly asked: ReadonlySet<string>;
}

/** Reads what lies beside a project's sources: what is run there, and what else is asked for. */
export function namedBeside(directory: string): NamedBeside {
  const mentions = new Set<string>();
  const asked = new Set<string>();
  for (const path of filesIn(directory, [".", ".github/workflows", "deploy"], configuration)) {
    const text = readFileSync(path, "utf8");
    const isPipfile = basename(path) === "Pipfile";
    for (const word of wordsOf(toolLines(text, isPipfile))) mentions.add(word);
    if (!isPipfile) for (const word of wordsOf(text)) asked.add(packageName(word));
  }
  const others = [
    ...filesIn(directory, ["."], requirementFiles),
    ...filesIn(directory, ["requirements", "requirements/extras"], /\.(txt|in)$/),
  ];
  for (const path of others)
    for (const word of wordsOf(readFileSync(path, "utf8"))) asked.add(packageName(word));
  return { mentions, asked };
}

function* wordsOf(text: string): Generator<string> {
  for (const [word] of text.matchAll(/[A-Za-z_][\w.-]*\w/g)) yield word;
}

function filesIn(directory: string, folders: readonly string[], names: RegExp): readonly string[] {
  return folders.flatMap((folder) => {
    const path = join(directory, folder);
    const found = statSync(path, { throwIfNoEntry: false })?.isDirectory()
      ? readdirSync(path, { withFileTypes: true })
      : [];
    return found
      .filter((entry) => entry.isFile() && names.test(entry.name) && !lists.test(entry.name))
      .map(({ name }) => join(path, name))
      .filter((file) => statSync(file).size <= mostBytes);
  });
}

/** A file without comments and without the tables that say what is needed; of a Pipfile its scripts. */
function toolLines(text: string, isPipfile: boolean): string {
  let told = !isPipfile;
  const lines = text.split("\n").filter((line) => {
    if (/^\[+[^\]]+\]+\s*(#.*)?$/.test(line))
      told = isPipfile ? /^\[scripts\]/.test(line) : !requirementTables.test(line);
    return told && !/^\s*#/.test(line);
  });
  return lines.join("\n");
}
