/** Folders whose content is found by its path from there, beside the project's own folder. */
const sourceRoots = ["src", "lib", "python"];

const apart = /(^|\/)(tests?|testing|fixtures|examples?|docs?)(\/|$)/;

/** What a project's own files provide as modules, by the paths of its Python files. */
export class OwnModules {
  private readonly files: ReadonlySet<string>;
  private readonly folders = new Set<string>([""]);
  /** Every name of a file or folder, wherever it stands. */
  private readonly names = new Set<string>();
  private readonly everywhere: readonly string[];

  /** `paths`: relative to the project, with `/`. */
  constructor(paths: readonly string[]) {
    this.files = new Set(paths);
    for (const path of paths) {
      const parts = path.replace(/(\/__init__)?\.py$/, "").split("/");
      for (const part of parts) this.names.add(part);
      for (const folder of foldersOf(path)) this.folders.add(folder);
    }
    const outermost = [...this.folders].filter(
      (folder) => this.isPackage(folder) && !this.isPackage(parentOf(folder)),
    );
    const parents = outermost.map(parentOf).filter((folder) => !apart.test(folder));
    this.everywhere = [...new Set(["", ...sourceRoots, ...parents])];
  }

  /**
   * Whether an absolute import in a file means the project's own module. `perhaps`: one has that name
   * but stands elsewhere, or it lacks what is imported of it, as a part of a namespace would.
   */
  owns(module: string, file: string): "yes" | "perhaps" | "no" {
    const [top = ""] = module.split(".");
    if (!this.names.has(top)) return "no";
    const around = foldersOf(file).filter((folder) => !this.isPackage(folder));
    const roots = [
      ...around.flatMap((folder) => [folder, ...sourceRoots.map((root) => joined(folder, root))]),
      ...this.everywhere,
    ];
    return roots.some((root) => this.has(root, module)) ? "yes" : "perhaps";
  }

  /** As far as two names of a module: deeper ones may be attributes. */
  private has(root: string, module: string): boolean {
    const [first = "", second] = module.split(".");
    const path = joined(root, first);
    if (this.files.has(`${path}.py`)) return true;
    if (!this.folders.has(path)) return false;
    if (second === undefined) return true;
    const below = joined(path, second);
    return this.files.has(`${below}.py`) || this.folders.has(below);
  }

  private isPackage(folder: string): boolean {
    return this.files.has(joined(folder, "__init__.py"));
  }
}

/** The folders above a file, the project's own ("") first. */
function foldersOf(file: string): readonly string[] {
  const parts = file.split("/").slice(0, -1);
  return ["", ...parts.map((_, at) => parts.slice(0, at + 1).join("/"))];
}

function parentOf(folder: string): string {
  return folder.split("/").slice(0, -1).join("/");
}

function joined(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}
