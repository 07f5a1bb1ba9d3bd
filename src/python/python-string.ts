const plainEscapes: ReadonlyMap<string, string> = new Map([
  ["\\", "\\"],
  ["'", "'"],
  ['"', '"'],
  ["a", "\x07"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
  ["\n", ""],
]);

const escapes =
  /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|(\r\n|[^xuUN]))/gs;

/**
 * The value of a Python string literal in single or double quotes, without prefix; `undefined`
 * where Python refuses it. `\N{NAME}` is refused too: it needs Unicode's table of names, and no
 * marker uses it.
 */
export function pythonString(literal: string): string | undefined {
  const body = literal.slice(1, -1);
  if (body.includes("\0")) return undefined;
  if (!/[\\\r\n]/.test(body)) return body;
  let impossible = false;
  const rest = body.replaceAll(escapes, "");
  if (/[\\\r\n]/.test(rest)) return undefined;
  const value = body.replaceAll(escapes, (whole, x, u, wide, octal, other) => {
    if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
    if (other !== undefined) return plainEscapes.get(other === "\r\n" ? "\n" : other) ?? whole;
    const code = Number.parseInt(x ?? u ?? wide, 16);
    if (code <= 0x10ffff) return String.fromCodePoint(code);
    impossible = true;
    return "";
  });
  return impossible ? undefined : value;
}
