import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";

/** Files of other tools' locks and environments list what is installed, not what is used. */
const lists = /^(pylock.*\.toml|environment.*\.ya?ml|conda.*\.ya?ml)$/;

/** Files that run or set up a project, and may name a package that no source imports. */
const configuration =
  /^(Procfile|Dockerfile.*|Makefile|justfile|Pipfile|pyproject\.toml|setup\.cfg|.*\.(ini|cfg|ya?ml|sh|toml|service|conf))$/;

/** Tables of Pipfile, pyproject.toml and setup.cfg that say what is needed, not what is run. */
const requirementTables =
  /^\[+\s*(project(\.optional-dependencies)?|dependency-groups|build-system|tool\.poetry(\..*)?dependencies|tool\.pdm.*|tool\.uv.*|metadata|options(\.extras_require)?)\s*\]+/;

const mostBytes = 200_000;

/** The words of files beside a project's sources that could name a package or a module of it. */
export function namedBeside(directory: string): ReadonlySet<string> {
  const words = new Set<string>();
  for (const folder of [".", ".github/workflows", "deploy", "docker"]) {
    for (const path of configurationFiles(join(directory, folder))) {
      const text = toolLines(readFileSync(path, "utf8"), basename(path) === "Pipfile");
      for (const [word] of text.matchAll(/[A-Za-z_][\w.-]*\w/g)) words.add(word);
    }
  }
  return words;
}

function configurationFiles(folder: string): readonly string[] {
  const found = statSync(folder, { throwIfNoEntry: false })?.isDirectory()
    ? readdirSync(folder, { withFileTypes: true })
    : [];
  return found
    .filter((entry) => entry.isFile() && configuration.test(entry.name) && !lists.test(entry.name))
    .map(({ name }) => join(folder, name))
    .filter((path) => statSync(path).size <= mostBytes);
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
