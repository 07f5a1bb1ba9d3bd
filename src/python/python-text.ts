/**
 * For a character class: what `str.isspace` holds for. JavaScript's `\s` lacks the separators
 * and has U+FEFF.
 */
export const pythonSpace =
  "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

const isSpace = new RegExp(`^[${pythonSpace}]$`);
const innerSpace = new RegExp(`[${pythonSpace}]+`);

/** Python's `str.strip()`. A loop: a regular expression is quadratic in long inner space. */
export function pythonStrip(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpaceAt(text, start)) start += 1;
  while (end > start && isSpaceAt(text, end - 1)) end -= 1;
  return end - start === text.length ? text : text.slice(start, end);
}

function isSpaceAt(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return (code <= 32 || code >= 127) && isSpace.test(text.charAt(index));
}

/** Python's `str.split()`: the words between white space. */
export function pythonWords(text: string): readonly string[] {
  const stripped = pythonStrip(text);
  return stripped === "" ? [] : stripped.split(innerSpace);
}

/** Orders texts by code point as Python does; `<` compares UTF-16 units. */
export function byText(left: string, right: string): number {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at++) {
    const a = left.charCodeAt(at);
    const b = right.charCodeAt(at);
    if (a !== b) return codePointRank(a) - codePointRank(b);
  }
  return left.length - right.length;
}

/** A surrogate stands for a code point above every other unit. */
function codePointRank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
