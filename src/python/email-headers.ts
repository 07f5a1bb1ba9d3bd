/** One header as it stands: continuation lines keep their line break and indent. */
export interface HeaderLine {
  readonly name: string;
  readonly value: string;
}

export type HeaderLines = readonly HeaderLine[];

const headerStart = /^(?:From |[!-9;-~]*:|[\t ])/;

/**
 * Splits a message into headers and body as Python's `email` package does with its
 * `compat32` policy: a line that is no header ends them, even without an empty line before it.
 */
export function splitHeaders(text: string): { headers: HeaderLines; body: string } {
  const lines: string[] = [];
  let at = 0;
  while (at < text.length) {
    const next = lineEnd(text, at);
    const line = text.slice(at, next);
    if (!headerStart.test(line)) {
      if (/^[\r\n]/.test(line)) at = next;
      break;
    }
    lines.push(line);
    at = next;
  }
  const last = lines.at(-1);
  // An mbox separator after the headers already belongs to the body.
  const separator = lines.length > 1 && last?.startsWith("From ") ? last : "";
  return { headers: joinLines(lines), body: separator + text.slice(at) };
}

/** The offset after the line break (`\n`, `\r\n` or a lone `\r`) of the line that starts at `at`. */
function lineEnd(text: string, at: number): number {
  const feed = text.indexOf("\n", at);
  const end = feed < 0 ? text.length : feed + 1;
  const carriage = text.slice(at, end).indexOf("\r");
  if (carriage < 0 || at + carriage === feed - 1) return end;
  return at + carriage + 1;
}

function joinLines(lines: readonly string[]): HeaderLines {
  const headers: { name: string; value: string }[] = [];
  let current: { name: string; value: string } | undefined;
  for (const line of lines) {
    if (line.startsWith(" ") || line.startsWith("\t")) {
      if (current !== undefined) current.value += line;
      continue;
    }
    const colon = line.startsWith("From ") ? 0 : line.indexOf(":");
    // Python drops a header without a name, and with it the lines that continue it.
    current =
      colon > 0
        ? { name: line.slice(0, colon), value: line.slice(colon + 1).replace(/^[ \t]+/, "") }
        : undefined;
    if (current !== undefined) headers.push(current);
  }
  return headers.map(({ name, value }) => ({ name, value: value.replace(/[\r\n]+$/, "") }));
}
