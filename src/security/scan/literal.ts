import { latin1 } from "./folding.ts";

const prefixed = /^([a-z]{0,3})("""|'''|"|')/i;

/** The constant that a string literal stands for; undefined where it is none. */
export function literalText(raw: string): string | undefined {
  const match = prefixed.exec(raw);
  const [, prefix = "", quote = ""] = match ?? [];
  if (match === null || raw.length < prefix.length + 2 * quote.length) return undefined;
  const inner = raw.slice(prefix.length + quote.length, raw.length - quote.length);
  if (/r/i.test(prefix) || !inner.includes("\\")) return inner;
  return unescaped(inner, /b/i.test(prefix));
}

const simple: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  a: "\x07",
  b: "\b",
  f: "\f",
  v: "\v",
  "\n": "",
};

const escapes = /\\(x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}|[0-7]{1,3}|[\s\S])/gi;

/** Replaces the escapes of a literal, https://docs.python.org/3/reference/lexical_analysis.html. */
export function unescaped(text: string, bytes = false): string {
  return text.replaceAll(escapes, (whole, code: string) => {
    const known = simple[code];
    if (known !== undefined) return known;
    if (/^x[0-9a-f]/i.test(code)) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    if (/^u/i.test(code) && code.length > 1) return bytes ? whole : characterOf(code, whole);
    if (/^[0-7]/.test(code)) return latin1(Number.parseInt(code, 8) & 255);
    return code === "\\" || code === '"' || code === "'" ? code : whole;
  });
}

function characterOf(code: string, whole: string): string {
  const point = Number.parseInt(code.slice(1), 16);
  return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
}
