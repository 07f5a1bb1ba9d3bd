import { dirname, join } from "node:path/posix";
import { didYouMean } from "../util/did-you-mean.ts";
import { type Place, type Problem, ThothError } from "../util/errors.ts";
import { type Constraint, readConstraints } from "./constraints-file.ts";
import type { Pipfile } from "./pipfile.ts";
import type { PipfileEntry } from "./pipfile-entries.ts";
import type { PipfileWarning } from "./pipfile-reading.ts";
import type { PipfileSource } from "./pipfile-sections.ts";
import { RequirementError, requirementEntry } from "./requirement-entry.ts";
import {
  expandVariables,
  lineParts,
  type RequirementsLine,
  requirementsLines,
} from "./requirements-lines.ts";

/** How the files that a requirements file names are found; paths are relative to the project. */
export interface RequirementsWorld {
  /** The text of a file; undefined if there is none. Throws where it can't be read. */
  readonly read: (path: string) => string | undefined;
  /** A path for messages. */
  readonly shown: (path: string) => string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Name of the project in a folder, where its pyproject.toml says it. */
  readonly nameOf: (folder: string) => string | undefined;
}

/** A requirements file with all that it includes. */
export interface RequirementsInput {
  readonly pipfile: Pipfile;
  readonly constraints: readonly Constraint[];
}

/**
 * Reads `requirements.in` or the like as pip does, `-r` and `-c` followed, into what a Pipfile with
 * the same lines in [packages] would be.
 *
 * @throws ThothError `bad-requirements` for the first mistake, with all `others`
 */
export function readRequirements(path: string, world: RequirementsWorld): RequirementsInput {
  const reading = new RequirementsReading(world);
  reading.include(path, undefined);
  return reading.result(world.shown(path));
}

/** What is heeded elsewhere, or says how files are fetched and not which versions. */
const ignored = new Map([
  ["--require-hashes", ""],
  ["--prefer-binary", "Thoth prefers wheels anyway"],
  ["--find-links", "files are looked for on the indexes alone"],
  ["--no-index", "name the index with --index-url"],
  ["--no-binary", "which file is taken is for the runtime to say"],
  ["--only-binary", "which file is taken is for the runtime to say"],
  ["--trusted-host", "set `verify_ssl` in a Pipfile, or a certificate for the index"],
  ["--use-feature", "it changes pip alone"],
  ["--config-settings", "builds are made without settings"],
  ["--global-option", "builds are made without options"],
]);
const known = [
  "--requirement",
  "--constraint",
  "--editable",
  "--index-url",
  "--extra-index-url",
  "--pre",
  "--hash",
];

class RequirementsReading {
  readonly #world: RequirementsWorld;
  readonly #entries: PipfileEntry[] = [];
  readonly #constraints: Constraint[] = [];
  readonly #warnings: PipfileWarning[] = [];
  readonly #problems: Problem[] = [];
  readonly #done = new Set<string>();
  #open: readonly string[] = [];
  #index: PipfileSource | undefined;
  readonly #extraIndexes: PipfileSource[] = [];
  #pre = false;

  constructor(world: RequirementsWorld) {
    this.#world = world;
  }

  /** Reads a file, once; `place` is where it is named. */
  include(path: string, place: Place | undefined): void {
    const { read, shown } = this.#world;
    if (this.#open.includes(path)) {
      const way = [...this.#open.slice(this.#open.indexOf(path)), path].map(shown);
      this.#mistake(place, `\`${shown(path)}\` includes itself`, { notes: [way.join(" -> ")] });
      return;
    }
    if (this.#done.has(path)) return;
    this.#done.add(path);
    const text = read(path);
    if (text === undefined) {
      this.#mistake(place, `there is no \`${shown(path)}\``, {});
      return;
    }
    const before = this.#open;
    this.#open = [...before, path];
    for (const line of requirementsLines(text, shown(path))) this.#line(line, path);
    this.#open = before;
  }

  result(file: string): RequirementsInput {
    const [first, ...others] = this.#problems;
    if (first !== undefined) throw new ThothError(first.code, first.message, { ...first, others });
    const sources = [...(this.#index === undefined ? [] : [this.#index]), ...this.#extraIndexes];
    const pipfile: Pipfile = {
      file,
      sources,
      categories: [
        { name: "packages", lockName: "default", entries: this.#entries },
        { name: "dev-packages", lockName: "develop", entries: [] },
      ],
      requires: { written: {} },
      settings: {
        allowPrereleases: this.#pre,
        allowPrereleasesOf: [],
        sortPipfile: false,
        written: {},
      },
      scripts: new Map(),
      warnings: this.#warnings,
    };
    return { pipfile, constraints: this.#constraints };
  }

  #line({ text, place }: RequirementsLine, path: string): void {
    const { subject, options } = lineParts(text);
    const hashes: string[] = [];
    const editables: string[] = [];
    for (const { name, value } of options) {
      if (name === "--hash") hashes.push(...this.#hash(value, subject, place));
      else if (name === "--editable") editables.push(value);
      else this.#option(name, value, { place, path });
    }
    if (subject !== "") this.#requirement(subject, { place, hashes, editable: false });
    for (const one of editables) this.#requirement(one, { place, hashes: [], editable: true });
  }

  #hash(value: string, subject: string, place: Place): readonly string[] {
    const [, algorithm = "", digest = ""] = /^(\w+)[:=]([0-9a-f]+)$/i.exec(value) ?? [];
    if (subject === "") this.#mistake(place, "a hash without a requirement", {});
    else if (digest === "")
      this.#mistake(place, `\`${value}\` is no hash`, { hint: "write `--hash=sha256:…`" });
    else if (algorithm !== "sha256")
      this.#warn(place, `a hash by ${algorithm} is not compared: locks have those by sha256`);
    else if (digest.length !== 64)
      this.#mistake(place, `a hash by sha256 has 64 digits, this one ${digest.length}`, {});
    else return [`sha256:${digest.toLowerCase()}`];
    return [];
  }

  #option(name: string, value: string, at: { readonly place: Place; readonly path: string }): void {
    const { place } = at;
    const remark = ignored.get(name);
    if (remark !== undefined) {
      if (remark !== "") this.#warn(place, `\`${name}\` is not heeded`, remark);
      return;
    }
    if (name === "--pre") this.#pre = true;
    else if (!known.includes(name)) {
      const meant = didYouMean(name, [...known, ...ignored.keys()]);
      const hint = meant === undefined ? {} : { hint: `did you mean \`${meant}\`?` };
      this.#mistake(place, `pip has no option \`${name}\` for requirements files`, hint);
    } else if (value === "") this.#mistake(place, `\`${name}\` needs a value`, {});
    else if (name.endsWith("index-url")) this.#source(name, value, place);
    else this.#follow(name, value, at);
  }

  #source(name: string, url: string, place: Place): void {
    const isFirst = name === "--index-url";
    const names = { name: isFirst ? "index" : `extra-${this.#extraIndexes.length + 1}` };
    const source = { ...names, url, verifySsl: true, place, written: { ...names, url } };
    if (isFirst) this.#index = source;
    else this.#extraIndexes.push(source);
  }

  #follow(
    name: string,
    value: string,
    { place, path }: { readonly place: Place; readonly path: string },
  ): void {
    const { variables, shown, read } = this.#world;
    const target = expandVariables(value, variables);
    if (/^[a-z][a-z0-9+.-]*:\/\//i.test(target)) {
      this.#mistake(place, "Thoth reads requirements from files alone, not from addresses", {
        hint: "download it and name the file",
      });
      return;
    }
    const file = target.startsWith("/") ? target : join(dirname(path), target);
    if (name === "--requirement") {
      this.include(file, place);
      return;
    }
    const text = read(file);
    if (text === undefined) {
      this.#mistake(place, `there is no \`${shown(file)}\``, {});
      return;
    }
    const { constraints, problems } = readConstraints(text, shown(file));
    this.#constraints.push(...constraints);
    this.#problems.push(...problems);
  }

  #requirement(
    text: string,
    { place, hashes, editable }: { place: Place; hashes: readonly string[]; editable: boolean },
  ): void {
    const { variables, nameOf } = this.#world;
    const isAddress = /:\/\//.test(text);
    try {
      if (isAddress && /\$\{[A-Z0-9_]+\}/.test(text)) {
        throw new RequirementError("a variable in an address would end in the lock", {
          hint: "leave credentials to git's credential helper or to ~/.netrc",
        });
      }
      const meant = expandVariables(text, variables);
      const category = "packages";
      this.#entries.push(
        requirementEntry({ text: meant, place, category, editable, hashes, nameOf }),
      );
    } catch (error) {
      if (!(error instanceof RequirementError)) throw error;
      const { hint, offset } = error;
      const at = { ...place, column: place.column + offset, length: 1 };
      const where = offset === 0 ? place : at;
      this.#mistake(where, error.message, hint === undefined ? {} : { hint });
    }
  }

  #mistake(
    place: Place | undefined,
    message: string,
    remark: { readonly hint?: string; readonly notes?: readonly string[] },
  ): void {
    this.#problems.push({
      code: "bad-requirements",
      message,
      ...(place !== undefined && { place }),
      ...remark,
    });
  }

  #warn(place: Place, message: string, hint?: string): void {
    this.#warnings.push({ message, place, ...(hint !== undefined && { hint }) });
  }
}
