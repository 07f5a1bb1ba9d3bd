import { didYouMean as nearest } from "../util/did-you-mean.ts";
import type { ErrorCode, Place, Problem } from "../util/errors.ts";
import type { TomlValue } from "./toml.ts";
import { type KeyPath, type KeyPlace, locateKey } from "./toml-keys.ts";

/** Something that works but may not mean what its writer thinks. */
export interface PipfileWarning {
  readonly message: string;
  readonly place?: Place;
  readonly hint?: string;
}

/** What is said about a mistake beside its place. */
export interface Remark {
  readonly hint?: string | undefined;
  readonly notes?: readonly string[] | undefined;
}

/** One pass over a Pipfile: finds places and collects mistakes, so that all are told at once. */
export class PipfileReading {
  readonly text: string;
  readonly file: string;
  readonly warnings: PipfileWarning[] = [];
  readonly #problems: Problem[] = [];
  readonly #code: ErrorCode;

  constructor(text: string, file: string, code: ErrorCode = "bad-pipfile") {
    this.text = text;
    this.file = file;
    this.#code = code;
  }

  /** Of a key; of the table that holds it where the key can't be found. */
  keyPlace(path: KeyPath): Place {
    const found = locateKey(this.text, path);
    if (found !== undefined) return this.#place(found);
    return path.length > 1 ? this.keyPlace(path.slice(0, -1)) : this.#place({ line: 1, column: 1 });
  }

  /** Of what stands behind the `=`. */
  valuePlace(path: KeyPath): Place {
    const value = locateKey(this.text, path)?.value;
    return value === undefined ? this.keyPlace(path) : this.#place(value);
  }

  /** A value as it stands in the file, its first line only. */
  writtenValue(path: KeyPath): string {
    return this.#textAt(this.valuePlace(path));
  }

  /** A key with everything that follows on its line. */
  restOfLine(path: KeyPath): string {
    const { line, column } = this.keyPlace(path);
    return (this.text.split("\n")[line - 1] ?? "").slice(column - 1);
  }

  mistake(place: Place, message: string, { hint, notes }: Remark = {}): void {
    this.#problems.push({
      code: this.#code,
      message,
      place,
      ...(hint !== undefined && { hint }),
      ...(notes !== undefined && { notes }),
    });
  }

  warn(place: Place, message: string, hint?: string): void {
    this.warnings.push({ message, place, ...(hint !== undefined && { hint }) });
  }

  /** Mistakes in the order of the file. */
  problems(): readonly Problem[] {
    const position = ({ place }: Problem): number =>
      (place?.line ?? 0) * 1e6 + (place?.column ?? 0);
    return this.#problems.toSorted((a, b) => position(a) - position(b));
  }

  #place({
    line,
    column,
    length = 1,
  }: Partial<KeyPlace> & { line: number; column: number }): Place {
    return { file: this.file, line, column, length };
  }

  #textAt({ line, column, length = 1 }: Place): string {
    return (this.text.split("\n")[line - 1] ?? "").slice(column - 1, column - 1 + length);
  }
}

/** `did you mean …?` for a word that is nearly one of `known`; `show` writes the suggestion. */
export function didYouMean(
  word: string,
  known: Iterable<string>,
  show: (candidate: string) => string = (candidate) => `\`${candidate}\``,
): string | undefined {
  const candidate = nearest(word, known);
  return candidate === undefined ? undefined : `did you mean ${show(candidate)}?`;
}

/** What a TOML value is, in a word for messages. */
export function kindOf(value: TomlValue | undefined): string {
  if (typeof value === "string") return "a text";
  if (typeof value === "boolean") return "a boolean";
  if (typeof value === "number" || typeof value === "bigint") return "a number";
  if (Array.isArray(value)) return "a list";
  return value instanceof Date ? "a date" : "a table";
}
