const escapeCode = String.fromCharCode(0x1b);
const bell = String.fromCharCode(0x07);

// CSI (colours, cursor), OSC/DCS/PM/APC/SOS strings (titles, links), then any other short escape.
// Each part is linear: no body may hold the character that ends it.
const sequences = new RegExp(
  `${escapeCode}(?:\\[[0-?]*[ -/]*[@-~]|[\\]PX^_][^${bell}${escapeCode}\\n]*(?:${bell}|${escapeCode}\\\\)?|[ -/]*[0-~])`,
  "g",
);
const eightBitSequences = new RegExp(`${String.fromCharCode(0x9b)}[0-?]*[ -/]*[@-~]`, "g");
// Cc: C0 and C1 controls. Cf: bidi overrides, zero-width characters, tags. Cs: lone surrogates.
const unseen = /[\p{Cc}\p{Cf}\p{Cs}]/gu;
const breaks = /[\t\r\n\v\f\u0085\p{Zl}\p{Zp}]+/gu;
const userInfo = /:\/\/[^\s/'"]*@/g;

/**
 * Makes text from outside (an index, a package, a file name, a program's output) fit for one line
 * of a terminal or a log: escape sequences, control characters, bidirectional overrides and
 * invisible characters are taken out, line breaks and tabs become one space, and the credentials
 * of addresses are removed. Our own colours are added afterwards.
 */
export function safeText(foreign: string): string {
  return foreign
    .replace(sequences, "")
    .replace(eightBitSequences, "")
    .replace(breaks, " ")
    .replace(unseen, "")
    .replace(userInfo, "://");
}

/** As `safeText`, for each line of a longer text; blank lines at the end are dropped. */
export function safeLines(foreign: string): readonly string[] {
  // An escapeCode sequence does not reach over a line break here, so lines can be taken one by one.
  return foreign
    .trimEnd()
    .split(/\r\n|[\r\n]/)
    .map(safeText);
}
