const cookie = /^[ \t\f]*#.*?coding[:=][ \t]*([-_.a-zA-Z0-9]+)/;

/** Why a file could not be read whole. */
export interface Trouble {
  readonly reason: string;
  /** For a limit of ours: Python would run what was not looked at. */
  readonly ours: boolean;
}

/** A file's text, decoded as Python does (PEP 263), or why that is not possible. */
export interface SourceText {
  readonly text: string;
  readonly trouble?: Trouble;
}

/** Largest file that is parsed; larger ones are data in the shape of Python. */
export const mostSource = 3_000_000;

/** Decodes a file; what cannot be decoded is read as Latin-1, so that rules still see it. */
export function sourceText(bytes: Buffer): SourceText {
  const start = bytes.subarray(0, mostSource);
  if (bytes.includes(0)) {
    const trouble = { reason: "it holds NUL bytes", ours: false };
    return { text: start.toString("latin1").replaceAll("\0", ""), trouble };
  }
  const encoding = encodingOf(bytes);
  const text = decoded(start, encoding);
  if (text === undefined) {
    const trouble = { reason: `it is not text in ${encoding}`, ours: false };
    return { text: start.toString("latin1"), trouble };
  }
  if (bytes.length <= mostSource) return { text };
  return { text, trouble: { reason: `it is larger than ${mostSource} bytes`, ours: true } };
}

function encodingOf(bytes: Buffer): string {
  const [first = "", second = ""] = bytes.subarray(0, 400).toString("latin1").split("\n");
  const name = (cookie.exec(first) ?? cookie.exec(second))?.[1]?.toLowerCase() ?? "utf-8";
  return /^(latin-?1|iso-8859-1|iso_8859_1|l1)$/.test(name) ? "latin1" : name;
}

function decoded(bytes: Buffer, encoding: string): string | undefined {
  if (encoding === "latin1") return bytes.toString("latin1");
  const known = /^(utf[-_]?8(-sig)?|ascii|us-ascii|u8)$/.test(encoding) ? "utf-8" : encoding;
  try {
    const whole = bytes.length < mostSource;
    return new TextDecoder(known, { fatal: whole }).decode(bytes);
  } catch (error) {
    // RangeError: no such encoding; TypeError: the bytes are not in it
    if (error instanceof RangeError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/**
 * The text with its names as Python takes them: `ｅｘｅｃ` is `exec` to it (PEP 3131, NFKC). Of others
 * than those that come to plain letters so nothing changes.
 */
export function plainNames(text: string): string {
  return text.replace(linesBeyondAscii, (line) =>
    line.replace(words, (name) => {
      const plain = name.normalize("NFKC");
      return /^\w+$/.test(plain) ? plain : name;
    }),
  );
}

/** Names that are not what Python takes them for, each with its place. */
export function* disguisedNames(text: string): Generator<{ name: string; index: number }> {
  for (const line of text.matchAll(linesBeyondAscii)) {
    for (const { 0: word, index } of line[0].matchAll(words)) {
      const name = plainNames(word);
      if (name !== word) yield { name, index: line.index + index };
    }
  }
}

// Most files have few such lines: all words of a file would cost seconds in the largest releases
const linesBeyondAscii = /^.*[^\0-\x7f].*$/gm;
const words = /\p{ID_Continue}+/gu;

/** Lines that are neither blank nor a comment, as bandit counts them. */
export function linesOfCode(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; ) {
    const next = text.indexOf("\n", at);
    const end = next === -1 ? text.length : next;
    while (at < end && " \t\r\f".includes(text.charAt(at))) at += 1;
    if (at < end && text.charAt(at) !== "#") count += 1;
    at = end + 1;
  }
  return count;
}
