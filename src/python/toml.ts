import { parse, type TomlTable as Table, TomlError, type TomlValue as Value } from "smol-toml";
import { ThothError } from "../util/errors.ts";

export type TomlTable = Table;
export type TomlValue = Value;

/**
 * Parses TOML 1.1; integers are bigints, so `1` and `1.0` stay apart. A table keeps the order
 * of its keys.
 *
 * @throws ThothError `bad-toml` with line and column, also for a byte order mark.
 */
export function parseToml(text: string, file: string): TomlTable {
  if (text.startsWith("\uFEFF")) {
    throw new ThothError("bad-toml", "the file starts with a byte order mark", {
      place: { file, line: 1, column: 1 },
      hint: "save the file as UTF-8 without a byte order mark",
    });
  }
  try {
    return parse(text, { integersAsBigInt: true });
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const place = { file, line: error.line, column: error.column };
    const lines = text.split("\n");
    throw new ThothError("bad-toml", reasonOf(error), {
      place,
      notes: repetition(lines, error.line, file),
      hint: missingQuotes(lines[error.line - 1] ?? ""),
      cause: error,
    });
  }
}

/** The library's message without its fixed start and the excerpt that it adds. */
function reasonOf(error: TomlError): string {
  const [first = ""] = error.message.split("\n");
  return `not TOML: ${first.replace(/^Invalid TOML document: /, "")}`;
}

/** `flask = *` and `flask = >=2.0`: what people forget most. */
function missingQuotes(line: string): string | undefined {
  const [, key, value = ""] = /^\s*([\w.-]+|"[^"]+")\s*=\s*([^"'[{#\s][^"'#]*)/.exec(line) ?? [];
  const isPlain = /^(?:true|false|[+-]?(?:inf|nan|\d+(?:\.\d+)?))$/.test(value.trim());
  if (key === undefined || isPlain) return undefined;
  return `a text needs quotes: \`${key} = "${value.trim()}"\``;
}

/** Where the same table, or the same key of the same table, stands already. */
function repetition(lines: readonly string[], at: number, file: string): string[] | undefined {
  const written = startOf(lines[at - 1] ?? "");
  if (written === undefined) return undefined;
  const isHeader = written.startsWith("[");
  for (let earlier = at - 1; earlier >= 1; earlier--) {
    const other = startOf(lines[earlier - 1] ?? "");
    if (other === written) return [`\`${written}\` stands already at ${file}:${earlier}`];
    if (!isHeader && other?.startsWith("[")) return undefined;
  }
  return undefined;
}

/** The header or the key with which a line starts. */
function startOf(line: string): string | undefined {
  const [, header, key] =
    /^\s*(?:(\[[^[\]]+\])\s*(?:#.*)?$|([\w.-]+|"[^"]+")\s*=)/.exec(line) ?? [];
  return header ?? key;
}

export function isTomlTable(value: TomlValue | undefined): value is TomlTable {
  return typeof value === "object" && !Array.isArray(value) && !(value instanceof Date);
}
