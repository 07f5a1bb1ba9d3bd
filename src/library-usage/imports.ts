import { lineOf, part, parts, type SyntaxNode, textOf } from "../python-syntax/syntax.ts";

/** One import of another package's module, as a source file has it. */
export interface Import {
  /** `yaml`, or `google.cloud.storage`. */
  readonly module: string;
  /** What is taken of it: `["load"]`; `["*"]` for all; empty for the module itself. */
  readonly names: readonly string[];
  readonly line: number;
  /**
   * A file that goes on without it: the import stands under `try` with `except ImportError`, or
   * belongs to some Pythons or systems alone (`if sys.version_info …`, `if os.name …`).
   */
  readonly optional: boolean;
  /** For a type checker only: under `if TYPE_CHECKING`. */
  readonly typing: boolean;
  /** Within a function, so that a program may well do without it. */
  readonly late: boolean;
}

interface Where {
  readonly optional: boolean;
  readonly typing: boolean;
  readonly late: boolean;
}

/** All imports of a file, in its order, those in functions too; relative ones are the project's own. */
export function importsOf(root: SyntaxNode): readonly Import[] {
  const found: Import[] = [];
  const open: [SyntaxNode, Where][] = [[root, { optional: false, typing: false, late: false }]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [node, where] = next;
    found.push(...importsAt(node, where));
    for (const child of [...node.children].reverse()) open.push([child, below(node, child, where)]);
  }
  return found;
}

/** What a child's place says of the imports in it. */
function below(node: SyntaxNode, child: SyntaxNode, where: Where): Where {
  // Of what stands under `try` and what under `except` one is enough
  if (node.type === "try_statement" && child.type !== "finally_clause")
    return catchesImportError(node) ? { ...where, optional: true } : where;
  if (node.type === "function_definition") return { ...where, late: true };
  if (node.type !== "if_statement" || child === part(node, "condition")) return where;
  const condition = part(node, "condition");
  const text = condition === undefined ? "" : textOf(condition);
  if (
    /\b(version_info|sys\.platform|os\.name|platform\.\w+\(|IS_WINDOWS|WINDOWS)\b|\bPY3?\d*\b/.test(
      text,
    )
  )
    return { ...where, optional: true };
  const checking = child === part(node, "consequence") && /(^|\.)TYPE_CHECKING$/.test(text);
  return checking ? { ...where, typing: true } : where;
}

function catchesImportError(node: SyntaxNode): boolean {
  return node.children.some(
    (child) =>
      child.type === "except_clause" &&
      /^except\s*(:|\(?[^:]*\b(ImportError|ModuleNotFoundError|Exception)\b)/.test(textOf(child)),
  );
}

function importsAt(node: SyntaxNode, where: Where): readonly Import[] {
  const line = lineOf(node);
  const imported = (module: string, names: readonly string[] = []): Import => ({
    ...{ module, names, line },
    ...where,
  });
  switch (node.type) {
    case "import_statement":
      return parts(node, "name").map((name) => imported(moduleName(name)));
    case "import_from_statement": {
      const module = part(node, "module_name");
      if (module === undefined || module.type === "relative_import") return [];
      const names = parts(node, "name").map(moduleName);
      return [imported(textOf(module), names.length === 0 ? ["*"] : names)];
    }
    case "call": {
      const [called, module] = importedByCall(node) ?? [];
      if (module === undefined) return [];
      // pytest skips where it is missing
      return [
        called === "importorskip" ? { ...imported(module), optional: true } : imported(module),
      ];
    }
    default:
      return [];
  }
}

/** `a.b` of `a.b as c`. */
function moduleName(node: SyntaxNode): string {
  return textOf(part(node, "name") ?? node);
}

/** `importlib.import_module("x")` and its like, where the name is written out: what was called, and the name. */
function importedByCall(node: SyntaxNode): readonly [string, string] | undefined {
  const called = part(node, "function");
  const [name] =
    /(?<=^importlib\.|^)import_module$|^__import__$|(?<=^pytest\.|^)importorskip$/.exec(
      called === undefined ? "" : textOf(called),
    ) ?? [];
  const given = part(node, "arguments");
  const [, module] =
    /^\(\s*["']([\w.]+)["']\s*[,)]/.exec(given === undefined ? "" : textOf(given)) ?? [];
  return name === undefined || module === undefined ? undefined : [name, module];
}

/** Texts of a file that could name a module: `"shop.web"`, `"shop.web:app"`. */
export function* namedModules(root: SyntaxNode): Generator<string> {
  const open = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    open.push(...node.children);
    if (node.type !== "string") continue;
    const [, name] =
      /^[A-Za-z]?(?:"""|"|'''|')([A-Za-z_]\w*(?:\.\w+)*)(?::[\w.]*)?["']/.exec(textOf(node)) ?? [];
    if (name !== undefined) yield name;
  }
}

/**
 * What a file uses of the modules that it imports: by module, the names after it, dotted. As the
 * original's library usage has it: `{ pickle: ["pickle.loads"] }`.
 */
export function usedSymbols(
  root: SyntaxNode,
  imports: readonly Import[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const used = new Map<string, Set<string>>();
  const note = (module: string, symbol: string) => {
    const top = module.split(".")[0] ?? module;
    used.set(top, (used.get(top) ?? new Set()).add(symbol));
  };
  for (const { module, names } of imports) {
    for (const name of names) note(module, `${module}.${name}`);
    if (names.length === 0) note(module, module);
  }
  const aliases = aliasesOf(root);
  const open = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    open.push(...node.children);
    if (node.type !== "attribute") continue;
    const [, first = "", rest = ""] = /^(\w+)((?:\.\w+)+)$/.exec(textOf(node)) ?? [];
    const module = aliases.get(first);
    if (module !== undefined) note(module, `${module}${rest}`);
  }
  return used;
}

/** Names that stand for modules in a file: `np` for `numpy`. */
function aliasesOf(root: SyntaxNode): ReadonlyMap<string, string> {
  const aliases = new Map<string, string>();
  const open = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    open.push(...node.children);
    if (node.type !== "import_statement") continue;
    for (const name of parts(node, "name")) {
      const module = moduleName(name);
      const alias = part(name, "alias");
      const top = module.split(".")[0] ?? module;
      if (alias === undefined) aliases.set(top, top);
      else aliases.set(textOf(alias), module);
    }
  }
  return aliases;
}
