import { type Problem, ThothError } from "../util/errors.ts";
import { type PipfileCategory, readCategories } from "./pipfile-categories.ts";
import { PipfileReading, type PipfileWarning } from "./pipfile-reading.ts";
import {
  type PipfileRequires,
  type PipfileSettings,
  type PipfileSource,
  readRequires,
  readScripts,
  readSettings,
  readSources,
} from "./pipfile-sections.ts";
import { isTomlTable, parseToml, type TomlTable } from "./toml.ts";

/** A Pipfile without mistakes, as pipenv 2026.10.3 reads it (docs/pipfile.md). */
export interface Pipfile {
  readonly file: string;
  /** In order of preference; empty where the file names none and pip's index counts. */
  readonly sources: readonly PipfileSource[];
  /** [packages], [dev-packages], then others as they stand; the first two always. */
  readonly categories: readonly PipfileCategory[];
  readonly requires: PipfileRequires;
  readonly settings: PipfileSettings;
  /** Name to command line, a list joined by blanks. */
  readonly scripts: ReadonlyMap<string, string>;
  /** The options of [thoth] as written. */
  readonly thoth?: TomlTable;
  readonly warnings: readonly PipfileWarning[];
}

/**
 * Reads a Pipfile; `file` is its name for messages.
 *
 * @throws ThothError `bad-toml`, or `bad-pipfile` for the first mistake, with all `others`
 */
export function parsePipfile(text: string, file: string): Pipfile {
  const { pipfile, problems } = readPipfile(text, file);
  const [first, ...others] = problems;
  if (first === undefined) return pipfile;
  const { place, notes, hint } = first;
  throw new ThothError(first.code, first.message, { place, notes, hint, others });
}

/** Every mistake of a Pipfile in the order of its lines; none means that it parses. */
export function pipfileProblems(text: string, file: string): readonly Problem[] {
  try {
    return readPipfile(text, file).problems;
  } catch (error) {
    if (error instanceof ThothError) return [error];
    throw error;
  }
}

function readPipfile(
  text: string,
  file: string,
): { readonly pipfile: Pipfile; readonly problems: readonly Problem[] } {
  const tables = parseToml(text, file);
  const reading = new PipfileReading(text, file);
  const sources = readSources(reading, tables);
  const categories = readCategories(reading, tables, sources);
  const { thoth } = tables;
  const pipfile = {
    file,
    sources,
    categories,
    requires: readRequires(reading, tables),
    settings: readSettings(reading, tables),
    scripts: readScripts(reading, tables),
    ...(isTomlTable(thoth) && { thoth }),
    warnings: reading.warnings,
  };
  return { pipfile, problems: reading.problems() };
}
