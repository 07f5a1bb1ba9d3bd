/** A text that is being read, and how far. */
export interface Cursor {
  readonly text: string;
  at: number;
}

/** A text of a packaging standard that breaks its syntax; `offset` counts from 0. */
export class PackagingSyntaxError extends Error {
  readonly text: string;
  readonly offset: number;

  constructor(message: string, text: string, offset: number) {
    super(message);
    this.name = new.target.name;
    this.text = text;
    this.offset = offset;
  }
}

/** Reads what `token`, a sticky regular expression, finds right here; `undefined` where nothing. */
export function take(cursor: Cursor, token: RegExp): string | undefined {
  token.lastIndex = cursor.at;
  const found = token.exec(cursor.text)?.[0];
  if (found !== undefined) cursor.at += found.length;
  return found;
}

/** Whether this character comes next; reads it if so. */
export function takeCharacter(cursor: Cursor, character: string): boolean {
  if (cursor.text[cursor.at] !== character) return false;
  cursor.at += 1;
  return true;
}

/** Passes blanks and tabs, the only white space between the tokens of PEP 508. */
export function skipBlanks(cursor: Cursor): void {
  for (;;) {
    const code = cursor.text.charCodeAt(cursor.at);
    if (code !== 32 && code !== 9) return;
    cursor.at += 1;
  }
}

export function atEnd(cursor: Cursor): boolean {
  return cursor.at === cursor.text.length;
}
