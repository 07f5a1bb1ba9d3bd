import { type Dirent, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { importsOf, namedModules, usedSymbols } from "../library-usage/imports.ts";
import { OwnModules } from "../library-usage/own-modules.ts";
import { isStandardLibrary } from "../library-usage/standard-library.ts";
import type { ImportUse, LibraryUsage } from "../model/library-usage.ts";
import { pythonParser } from "../python-syntax/parser.ts";
import { mostSource, sourceText } from "../python-syntax/source-text.ts";
import type { SyntaxNode } from "../python-syntax/syntax.ts";
import { namedBeside } from "./named-beside.ts";

/** Folders that hold no sources of the project itself. */
const otherFolders = /^(\..+|__pycache__|node_modules|site-packages)$/;
/** The same, unless they are packages. */
const usuallyOtherFolders = /^(build|dist|venv|env)$/;

/** A project has fewer files; who has more, points to a part. */
const mostFiles = 50_000;

/**
 * What the sources below a folder import, modules of the project itself and of Python left out.
 * Nothing of the project runs. Symbolic links are not followed.
 */
export async function libraryUsage(directory: string, python: string): Promise<LibraryUsage> {
  const paths = [...sourceFiles(directory)];
  const parse = await pythonParser();
  const gathered = new Gathered(new OwnModules(paths), python);
  const unread: string[] = [];
  for (const path of paths) {
    const { text } = sourceText(readFileSync(join(directory, path)));
    const parsed = parse(text);
    if (parsed === undefined || parsed.broken !== undefined) unread.push(path);
    if (parsed !== undefined) gathered.take(path, parsed.root);
  }
  const beside = namedBeside(directory);
  const mentions = new Set([...gathered.mentions, ...beside.mentions]);
  const { uses, symbols } = gathered;
  return { files: paths.length, uses, symbols, mentions, asked: beside.asked, unread };
}

const testPath = /(^|\/)(tests?|testing|t)\/|(^|\/)(test_[^/]*|[^/]*_test|conftest)\.py$/;
/** What tests read or copy rather than run, by the usual names of such folders. */
const testData =
  /(^|\/)(tests?|testing|t)\/(.*\/)?(data|fixtures|roots|cases|samples|resources|testdata|test-?data|assets|snapshots)\//;
const asidePath =
  /^(docs?|examples?|scripts?|utils|tools?|benchmarks?|contrib|\.\w+)\/|(^|\/)(setup|hatch_build|noxfile|tasks|fabfile|versioneer)\.py$/;

/** What the files imported so far. */
class Gathered {
  readonly uses = new Map<string, ImportUse[]>();
  readonly symbols = new Map<string, Set<string>>();
  readonly mentions = new Set<string>();
  private readonly own: OwnModules;
  private readonly python: string;

  /** `own`: modules of the project itself. */
  constructor(own: OwnModules, python: string) {
    this.own = own;
    this.python = python;
  }

  take(path: string, root: SyntaxNode): void {
    const imports = importsOf(root).filter(({ module }) => this.own.owns(module, path) !== "yes");
    const file = { path, test: testPath.test(path), aside: asidePath.test(path) };
    for (const { module, line, optional, typing, late } of imports) {
      const top = topOf(module);
      if (isStandardLibrary(top, this.python)) continue;
      const isOurs = this.own.owns(module, path) === "perhaps";
      const doubtful = isOurs || testData.test(path);
      const use = { ...file, module, line, optional, typing, late, doubtful };
      // What our own package lacks is another part of a namespace
      const key = isOurs && this.own.owns(top, path) === "yes" ? firstTwo(module) : top;
      this.uses.set(key, [...(this.uses.get(key) ?? []), use]);
    }
    for (const [module, used] of usedSymbols(root, imports)) {
      const known = this.symbols.get(module) ?? new Set();
      for (const symbol of used) known.add(symbol);
      this.symbols.set(module, known);
    }
    for (const name of namedModules(root)) this.mentions.add(name);
  }
}

function firstTwo(module: string): string {
  return module.split(".").slice(0, 2).join(".");
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
    for (const entry of entries)
      if (isOwnFolder(folder, entry)) open.push(join(folder, entry.name));
    for (const path of readable(folder, entries)) {
      found += 1;
      if (found > mostFiles) return;
      yield relative(directory, path);
    }
  }
}

function isOwnFolder(folder: string, entry: Dirent): boolean {
  if (!entry.isDirectory() || otherFolders.test(entry.name)) return false;
  return (
    !usuallyOtherFolders.test(entry.name) || existsSync(join(folder, entry.name, "__init__.py"))
  );
}

function readable(folder: string, entries: readonly Dirent[]): readonly string[] {
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".py"))
    .map(({ name }) => join(folder, name))
    .filter((path) => statSync(path).size <= mostSource)
    .sort();
}
