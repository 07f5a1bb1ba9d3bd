import { byText } from "./python-text.ts";

/** What Python's `json` can write; a bigint is an int, a number is a float. */
export type PythonValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly PythonValue[]
  | { readonly [key: string]: PythonValue };

export interface PythonJsonLayout {
  /** Blanks a level; 0 for one line. */
  readonly indent: number;
  /** Between a key and its value. */
  readonly keySeparator: ":" | ": ";
}

/**
 * `json.dumps(value, sort_keys=True, separators=(",", keySeparator), indent=…)`, byte for byte:
 * ASCII only, keys by code point, floats as Python prints them.
 */
export function pythonJson(value: PythonValue, layout: PythonJsonLayout, level = 0): string {
  if (typeof value === "string") return quoted(value);
  if (typeof value === "number") return pythonFloat(value);
  if (typeof value !== "object" || value === null) return String(value);
  if (isList(value)) {
    const items = value.map((item) => pythonJson(item, layout, level + 1));
    return bracketed("[]", items, layout, level);
  }
  const keys = Object.keys(value).sort(byText);
  const members = keys.map((key) => {
    const text = pythonJson(value[key] ?? null, layout, level + 1);
    return `${quoted(key)}${layout.keySeparator}${text}`;
  });
  return bracketed("{}", members, layout, level);
}

function isList(value: object): value is readonly PythonValue[] {
  return Array.isArray(value);
}

function bracketed(
  brackets: "[]" | "{}",
  items: readonly string[],
  { indent }: PythonJsonLayout,
  level: number,
): string {
  if (items.length === 0) return brackets;
  const inner = indent === 0 ? "" : `\n${" ".repeat(indent * (level + 1))}`;
  const outer = indent === 0 ? "" : `\n${" ".repeat(indent * level)}`;
  return `${brackets[0]}${inner}${items.join(`,${inner}`)}${outer}${brackets[1]}`;
}

function quoted(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[\x7f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** `float.__repr__`: the same shortest digits as JavaScript, other limits for the exponent. */
function pythonFloat(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const [mantissa = "", exponentText = "0"] = value.toExponential().split("e");
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) {
    const digits = String(Math.abs(exponent)).padStart(2, "0");
    return `${mantissa}e${exponent < 0 ? "-" : "+"}${digits}`;
  }
  const plain = value.toFixed(Math.max(0, mantissaDigits(mantissa) - exponent));
  return plain.includes(".") ? plain : `${plain}.0`;
}

function mantissaDigits(mantissa: string): number {
  return mantissa.split(".")[1]?.length ?? 0;
}
