import { parse, TomlError, type TomlTable, type TomlValue } from "smol-toml";
import { ThothError } from "../util/errors.ts";

export type { TomlTable, TomlValue };

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
    throw new ThothError("bad-toml", reasonOf(error), { place, cause: error });
  }
}

/** The library's message without its fixed start and the excerpt that it adds. */
function reasonOf(error: TomlError): string {
  const [first = ""] = error.message.split("\n");
  return `not TOML: ${first.replace(/^Invalid TOML document: /, "")}`;
}

export function isTomlTable(value: TomlValue | undefined): value is TomlTable {
  return typeof value === "object" && !Array.isArray(value) && !(value instanceof Date);
}
