/**
 * A value as indented JSON with sorted keys and a line break at the end; undefined members are left
 * out. Control characters come out escaped, so the text is safe on a terminal too.
 */
export function jsonDocument(value: unknown): string {
  const text = JSON.stringify(value, sortedKeys, 2);
  // JSON leaves DEL, C1 controls and bidi overrides as they are; \u escapes mean the same.
  return `${text.replace(invisible, escaped)}\n`;
}

const invisible = /[\u007F-\u009F\p{Cf}\p{Zl}\p{Zp}]/gu;

function escaped(character: string): string {
  return Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`,
  ).join("");
}

function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
