import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Language, Parser, type Tree, type TreeCursor } from "web-tree-sitter";
import { packageRoot } from "../util/package-root.ts";
import { PythonText, type SyntaxNode } from "./syntax.ts";

/** A file's tree; `broken` is the first line that is not Python, where there is one. */
export interface ParsedPython {
  readonly root: SyntaxNode;
  readonly broken?: number;
}

/** Gives the tree of a text; undefined where that takes too long. */
export type ParsePython = (text: string) => ParsedPython | undefined;

const mostParseMs = 4_000;

/** Loads the parser: a grammar in WebAssembly, so that nothing is compiled and no Python is needed. */
export async function pythonParser(): Promise<ParsePython> {
  const [runtime, grammar] = await Promise.all([
    readFile(vendored("web-tree-sitter")),
    readFile(vendored("tree-sitter-python")),
  ]);
  await Parser.init({ wasmBinary: runtime });
  const parser = new Parser();
  const language = await Language.load(grammar);
  parser.setLanguage(language);
  return (text) => {
    const end = Date.now() + mostParseMs;
    const tree = parser.parse(text, undefined, { progressCallback: () => Date.now() > end });
    if (tree === null) {
      parser.reset();
      return undefined;
    }
    try {
      return parsed(tree, new PythonText(text), language);
    } finally {
      tree.delete();
    }
  };
}

// The build lays the files beside the bundle; before a build they are where npm put them.
function vendored(name: string): string {
  const built = join(packageRoot(), "dist", "vendor", `${name}.wasm`);
  return existsSync(built) ? built : join(packageRoot(), "node_modules", name, `${name}.wasm`);
}

function parsed(tree: Tree, source: PythonText, language: Language): ParsedPython {
  const cursor = tree.walk();
  const root = copied(cursor, source, language);
  cursor.delete();
  if (!tree.rootNode.hasError) return { root };
  return { root, broken: firstError(root) ?? 1 };
}

function firstError(root: SyntaxNode): number | undefined {
  const open = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.type === "ERROR") return node.source.lineAt(node.start);
    open.push(...node.children.slice(0, 10_000).reverse());
  }
  return undefined;
}

/** The tree as plain objects: one walk is far cheaper than asking WebAssembly again and again. */
function copied(cursor: TreeCursor, source: PythonText, language: Language): SyntaxNode {
  const root = nodeAt(cursor, source, language);
  const path = [root];
  let descend = true;
  while (path.length > 0) {
    if (descend && hasParts(path.at(-1)) && cursor.gotoFirstChild()) {
      descend = keep(cursor, source, { language, path });
    } else if (path.length > 1 && cursor.gotoNextSibling()) {
      path.pop();
      descend = keep(cursor, source, { language, path });
    } else {
      path.pop();
      if (path.length > 0) cursor.gotoParent();
      descend = false;
    }
  }
  return root;
}

interface Walk {
  readonly language: Language;
  readonly path: SyntaxNode[];
}

/** Adds the node at the cursor to its parent and says whether to look into it. */
function keep(cursor: TreeCursor, source: PythonText, { language, path }: Walk): boolean {
  const node = nodeAt(cursor, source, language);
  const wanted = node.field !== undefined || cursor.nodeIsNamed;
  if (wanted && node.type !== "comment") path.at(-1)?.children.push(node);
  path.push(node);
  return wanted;
}

function nodeAt(cursor: TreeCursor, source: PythonText, language: Language): SyntaxNode {
  const field = cursor.currentFieldId;
  return {
    type: language.types[cursor.nodeTypeId] ?? "ERROR",
    field: field === 0 ? undefined : (language.fields[field] ?? undefined),
    start: cursor.startIndex,
    end: cursor.endIndex,
    source,
    children: [],
  };
}

const leaves = new Set(["identifier", "integer", "float", "comment", "dotted_name"]);

/** Of strings only those that hold expressions are looked into. */
function hasParts(node: SyntaxNode | undefined): boolean {
  if (node === undefined || leaves.has(node.type)) return false;
  if (node.type !== "string") return true;
  return /^[a-z]*[ft]/i.test(node.source.text.slice(node.start, node.start + 2));
}
