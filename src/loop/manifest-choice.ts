import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import type { RequirementsFormat } from "../model/requirements-format.ts";
import { namesRequirements } from "../python/pyproject.ts";
import { ThothError } from "../util/errors.ts";
import { readText } from "./text-file.ts";

/** What a user may say of the files of a project; paths are absolute. */
export interface ManifestSettings {
  readonly requirementsFormat?: RequirementsFormat | undefined;
  /** The file to read, whatever others are there. */
  readonly input?: string | undefined;
  /** Constraints files beside those that the project has. */
  readonly constraints?: readonly string[] | undefined;
}

/** Which files of a project count. */
export interface ManifestFiles {
  readonly kind: "pipfile" | "pyproject" | "requirements";
  readonly input: string;
  readonly lock: string;
  /** Names of further files that could have been meant. */
  readonly passedOver: readonly string[];
}

/** The names that each format has, best first. */
const namesOf: Readonly<Record<RequirementsFormat, readonly string[]>> = {
  pipenv: ["Pipfile"],
  pyproject: ["pyproject.toml"],
  "pip-tools": ["requirements.in"],
  pip: ["requirements.txt"],
};

/**
 * The file that says what a project needs: the one that is named, else that of the format, else
 * Pipfile, pyproject.toml with something to say, requirements.in. Throws `no-pipfile`.
 */
export function manifestFiles(directory: string, settings: ManifestSettings): ManifestFiles {
  const { input, requirementsFormat } = settings;
  if (input !== undefined) {
    if (existsSync(input)) return { ...filesOf(input), passedOver: [] };
    throw new ThothError("no-pipfile", `there is no \`${input}\``, {
      hint: "`--input` takes a Pipfile, a pyproject.toml or a requirements file",
    });
  }
  const usual: readonly RequirementsFormat[] = ["pipenv", "pyproject", "pip-tools"];
  const formats = requirementsFormat === undefined ? usual : [requirementsFormat];
  const names = formats.flatMap((format) => namesOf[format]);
  const [first, ...others] = names.filter((name) => isMeant(directory, name, names.length === 1));
  if (first !== undefined) return { ...filesOf(join(directory, first)), passedOver: others };
  const wanted = names.map((name) => (name === "Pipfile" ? "Pipfile" : `\`${name}\``)).join(", ");
  const hasPlain = existsSync(join(directory, "requirements.txt"));
  throw new ThothError(
    "no-pipfile",
    `no ${wanted.replace(/, (?=[^,]*$)/, " or ")} in \`${directory}\``,
    {
      hint:
        hasPlain && requirementsFormat === undefined
          ? "to take requirements.txt for what the project needs: `--input requirements.txt`"
          : "run thoth in a project directory, or name one: `thoth advise DIR`",
    },
  );
}

function isMeant(directory: string, name: string, isAsked: boolean): boolean {
  const path = join(directory, name);
  if (isAsked || name !== "pyproject.toml") return existsSync(path);
  const text = readText(path, "bad-pyproject");
  // Most projects with a Pipfile have one for their tools
  return text !== undefined && /^\s*\[/m.test(text) && namesRequirements(text, name);
}

function filesOf(input: string): Omit<ManifestFiles, "passedOver"> {
  const name = basename(input);
  if (name.endsWith(".toml"))
    return { kind: "pyproject", input, lock: join(input, "..", "pylock.toml") };
  if (/\.(?:in|txt)$/.test(name)) {
    // A file that is written by hand is not written over
    const lock = input
      .replace(/\.in$/, ".txt")
      .replace(/\.txt$/, (end) => (input.endsWith(".in") ? end : ".lock"));
    return { kind: "requirements", input, lock };
  }
  return { kind: "pipfile", input, lock: `${input}.lock` };
}
