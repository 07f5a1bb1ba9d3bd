/** One file's text and where its lines start. */
export class PythonText {
  readonly text: string;
  #starts: number[] | undefined;

  constructor(text: string) {
    this.text = text;
  }

  /** The line, from 1, that holds a character. */
  lineAt(index: number): number {
    this.#starts ??= lineStarts(this.text);
    let [low, high] = [0, this.#starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0) <= index) low = middle;
      else high = middle;
    }
    return low + 1;
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** A node of the syntax tree; its types and fields are those of tree-sitter's grammar of Python. */
export interface SyntaxNode {
  readonly type: string;
  readonly field: string | undefined;
  readonly start: number;
  readonly end: number;
  readonly source: PythonText;
  readonly children: SyntaxNode[];
}

/** The text that a node stands for. */
export function textOf({ source, start, end }: SyntaxNode): string {
  return source.text.slice(start, end);
}

/** The line, from 1, on which a node starts. */
export function lineOf({ source, start }: SyntaxNode): number {
  return source.lineAt(start);
}

/** The first child in a field. */
export function part(node: SyntaxNode, field: string): SyntaxNode | undefined {
  return node.children.find((child) => child.field === field);
}

/** All children in a field. */
export function parts(node: SyntaxNode, field: string): SyntaxNode[] {
  return node.children.filter((child) => child.field === field);
}
