/** JSON in ASCII only, so that a character is a byte and offsets into a file are offsets into its text. */
export function asciiJson(value: unknown): string {
  const text = JSON.stringify(value);
  // biome's noControlCharactersInRegex forbids the range that starts at NUL.
  return /[^ -~]/.test(text) ? text.replaceAll(/[^ -~]/g, escapeUnit) : text;
}

/** A number that always takes as many bytes, so that it can be filled in or replaced in place. */
export function paddedNumber(value: number): string {
  return String(value).padStart(numberWidth, " ");
}

/** Bytes of a padded number: enough for milliseconds since the epoch and for any file. */
export const numberWidth = 13;

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
