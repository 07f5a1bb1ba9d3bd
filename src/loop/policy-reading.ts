import type { CoolDown } from "../model/policy.ts";
import { isValidName, type PackageName, packageName } from "../python/name.ts";
import { didYouMean, kindOf, PipfileReading } from "../python/pipfile-reading.ts";
import { isTomlTable, type TomlTable, type TomlValue } from "../python/toml.ts";
import type { KeyPath } from "../python/toml-keys.ts";
import { type Place, ThothError } from "../util/errors.ts";
import { coolDown } from "../util/setting-readers.ts";

const example = 'write it with a unit, such as `"7d"`';

/** One pass over a `thoth.toml`: values by their place, mistakes collected. */
export class PolicyReading {
  readonly #reading: PipfileReading;

  constructor(text: string, file: string) {
    this.#reading = new PipfileReading(text, file);
  }

  /** Throws `bad-configuration` with all mistakes, if there are any. */
  end(): void {
    const [first, ...others] = this.#reading
      .problems()
      .map((problem) => ({ ...problem, code: "bad-configuration" as const }));
    if (first === undefined) return;
    const { place, hint, notes } = first;
    throw new ThothError(first.code, first.message, { place, hint, notes, others });
  }

  /** `thoth.toml:3`. */
  where(path: KeyPath): string {
    const { file, line } = this.#reading.keyPlace(path);
    return `${file}:${line}`;
  }

  /** Of a value. */
  place(path: KeyPath): Place {
    return this.#reading.valuePlace(path);
  }

  mistake(path: KeyPath, message: string, hint?: string): void {
    this.#reading.mistake(this.#reading.valuePlace(path), message, { hint });
  }

  /** Complains of keys that mean nothing. */
  keys(table: TomlTable, path: KeyPath, known: readonly string[]): void {
    for (const key of Object.keys(table)) {
      if (known.includes(key)) continue;
      const of =
        path.length === 0 ? "" : ` of \`${path.filter((part) => !/^\d+$/.test(part)).join(".")}\``;
      this.#reading.mistake(this.#reading.keyPlace([...path, key]), `unknown key \`${key}\`${of}`, {
        hint: didYouMean(key, known) ?? `known are ${known.map((one) => `\`${one}\``).join(", ")}`,
      });
    }
  }

  table(table: TomlTable, path: KeyPath): TomlTable | undefined {
    const value = at(table, path);
    if (value === undefined || isTomlTable(value)) return value;
    this.#wrong(path, "a table", value);
    return undefined;
  }

  text(table: TomlTable, path: KeyPath): string | undefined {
    const value = at(table, path);
    if (value === undefined) return undefined;
    if (typeof value === "string" && value.trim() !== "") return value.trim();
    if (value === "") this.mistake(path, `\`${path.at(-1)}\` is empty`);
    else this.#wrong(path, "a text", value);
    return undefined;
  }

  word<Word extends string>(
    table: TomlTable,
    path: KeyPath,
    words: readonly Word[],
  ): Word | undefined {
    const text = this.text(table, path);
    if (text === undefined) return undefined;
    const word = words.find((one) => one === text);
    if (word === undefined) {
      const known = words.map((one) => `\`${one}\``).join(", ");
      this.mistake(path, `\`${path.at(-1)}\` is none of ${known}`, didYouMean(text, words));
    }
    return word;
  }

  /** The texts of a list, each with its path. */
  texts(
    table: TomlTable,
    path: KeyPath,
  ): readonly { readonly text: string; readonly path: KeyPath }[] | undefined {
    const value = at(table, path);
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) {
      this.#wrong(path, "a list of texts", value);
      return undefined;
    }
    return value.flatMap((one, position) => {
      if (typeof one === "string" && one.trim() !== "") return [{ text: one.trim(), path }];
      this.mistake(path, `\`${path.at(-1)}\` must hold texts; number ${position + 1} is none`);
      return [];
    });
  }

  packageName(text: string, path: KeyPath): PackageName | undefined {
    if (isValidName(text)) return packageName(text);
    this.mistake(path, `\`${text}\` is no name of a package`);
    return undefined;
  }

  period(value: TomlValue | undefined, path: KeyPath): CoolDown | undefined {
    if (value === undefined) return undefined;
    const text = value === 0n ? "0" : value;
    const read = typeof text === "string" ? coolDown(text, "") : undefined;
    if (read !== undefined) return { ...read, where: this.where(path) };
    this.mistake(path, `\`${path.at(-1)}\` must be a length of time`, example);
    return undefined;
  }

  #wrong(path: KeyPath, wanted: string, value: TomlValue): void {
    this.mistake(path, `\`${path.at(-1)}\` must be ${wanted}, not ${kindOf(value)}`);
  }
}

function at(table: TomlTable, path: KeyPath): TomlValue | undefined {
  return table[path.at(-1) ?? ""];
}
