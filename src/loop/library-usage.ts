import { type Dirent, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { importsOf, usedSymbols } from "../library-usage/imports.ts";
import { isStandardLibrary } from "../library-usage/standard-library.ts";
import type { ImportUse, LibraryUsage } from "../model/library-usage.ts";
import { pythonParser } from "../python-syntax/parser.ts";
import { mostSource, sourceText } from "../python-syntax/source-text.ts";
import type { SyntaxNode } from "../python-syntax/syntax.ts";

/** Folders that hold no sources of the project itself. */
const otherFolders = /^(\..+|__pycache__|node_modules|site-packages|build|dist|venv|env)$/;

/** A project has fewer files; who has more, points to a part. */
const mostFiles = 50_000;

/**
 * What the sources below a folder import, modules of the project itself and of Python left out.
 * Nothing of the project runs. Symbolic links are not followed.
 */
export async function libraryUsage(directory: string, python: string): Promise<LibraryUsage> {
  const paths = [...sourceFiles(directory)];
  const parse = await pythonParser();
  const gathered = new Gathered(ownModules(paths), python);
  const unread: string[] = [];
  for (const path of paths) {
    const { text } = sourceText(readFileSync(join(directory, path)));
    const parsed = parse(text);
    if (parsed === undefined || parsed.broken !== undefined) unread.push(path);
    if (parsed !== undefined) gathered.take(path, parsed.root);
  }
  return { files: paths.length, uses: gathered.uses, symbols: gathered.symbols, unread };
}

const testPath = /(^|\/)(tests?|testing)\/|(^|\/)(test_[^/]*|[^/]*_test|conftest)\.py$/;

/** What the files imported so far. */
class Gathered {
  readonly uses = new Map<string, ImportUse[]>();
  readonly symbols = new Map<string, Set<string>>();
  private readonly own: ReadonlySet<string>;
  private readonly python: string;

  /** `own`: modules of the project itself. */
  constructor(own: ReadonlySet<string>, python: string) {
    this.own = own;
    this.python = python;
  }

  take(path: string, root: SyntaxNode): void {
    const imports = importsOf(root).filter(({ module }) => !this.own.has(topOf(module)));
    for (const { module, line, optional, typing } of imports) {
      const top = topOf(module);
      if (isStandardLibrary(top, this.python)) continue;
      const use = { path, line, optional, typing, test: testPath.test(path) };
      this.uses.set(top, [...(this.uses.get(top) ?? []), use]);
    }
    for (const [module, used] of usedSymbols(root, imports)) {
      const known = this.symbols.get(module) ?? new Set();
      for (const symbol of used) known.add(symbol);
      this.symbols.set(module, known);
    }
  }
}

function topOf(module: string): string {
  return module.split(".")[0] ?? module;
}

/** Paths of Python files, relative to the folder, sorted within each folder. */
function* sourceFiles(directory: string): Generator<string> {
  const open = [directory];
  let found = 0;
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    const entries = readdirSync(folder, { withFileTypes: true });
    // A virtual environment, whatever its name
    if (folder !== directory && entries.some(({ name }) => name === "pyvenv.cfg")) continue;
    for (const entry of entries) if (isOwnFolder(entry)) open.push(join(folder, entry.name));
    for (const path of readable(folder, entries)) {
      found += 1;
      if (found > mostFiles) return;
      yield relative(directory, path);
    }
  }
}

function isOwnFolder(entry: Dirent): boolean {
  return entry.isDirectory() && !otherFolders.test(entry.name);
}

function readable(folder: string, entries: readonly Dirent[]): readonly string[] {
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".py"))
    .map(({ name }) => join(folder, name))
    .filter((path) => statSync(path).size <= mostSource)
    .sort();
}

/** Top-level names that the project itself provides: packages and modules of any of its folders. */
function ownModules(paths: readonly string[]): ReadonlySet<string> {
  const own = new Set<string>();
  const packages = new Set(
    paths.flatMap((path) =>
      path.endsWith("/__init__.py") ? [path.slice(0, -"/__init__.py".length)] : [],
    ),
  );
  for (const path of paths) {
    const parts = path.split("/");
    const file = parts.pop()?.replace(/\.py$/, "") ?? "";
    const folder = parts.join("/");
    if (!packages.has(folder)) own.add(file);
    // `src/shop/cart/x.py` with `src/shop/__init__.py`: shop; namespace packages: each folder on the way
    for (const part of parts) own.add(part);
  }
  own.delete("__init__");
  return own;
}
