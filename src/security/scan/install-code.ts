/** The Python files of a distribution. */
export interface Sources {
  readonly paths: readonly string[];
  readonly text: (path: string) => string | undefined;
}

const importLine = /^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import|import[ \t]+([\w., \t]+))/gm;
/** What may run a file; setup.py often opens one for the version alone. */
const runsFiles =
  /\b(exec|execfile|eval|compile|runpy|run_path|run_module|load_source|spec_from_file_location|SourceFileLoader|subprocess|system|popen|Popen|check_call|check_output|spawn\w*)\b/;
const runFile = /["']([\w./-]+\.py)["']/g;

/**
 * setup.py in the top folder of a source distribution, the build backend that pyproject.toml finds
 * in the tree (PEP 517, `backend-path`), and the modules of the tree that these import or name.
 */
export function installCode(sources: Sources, pyproject: string): Set<string> {
  const top = topFolder(sources.paths);
  const found = new Set<string>();
  const open = [`${top}setup.py`, ...backendFiles(sources, top, pyproject)];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const text = found.has(path) ? undefined : sources.text(path);
    if (text === undefined) continue;
    found.add(path);
    if (found.size < 40) open.push(...imported(text, path, top));
  }
  return found;
}

function topFolder(paths: readonly string[]): string {
  const setup = paths
    .filter((path) => /^([^/]+\/)?setup\.py$/.test(path))
    .sort((a, b) => a.length - b.length)[0];
  if (setup !== undefined) return setup.slice(0, -"setup.py".length);
  const [first = ""] = paths;
  return first.includes("/") ? first.slice(0, first.indexOf("/") + 1) : "";
}

function backendFiles(sources: Sources, top: string, pyproject: string): readonly string[] {
  const folder = /^\s*backend-path\s*=\s*\[\s*["']([^"']*)["']/m.exec(pyproject)?.[1];
  const backend = /^\s*build-backend\s*=\s*["']([\w.]+)/m.exec(pyproject)?.[1];
  if (folder === undefined || backend === undefined) return [];
  const inside = folder.replace(/^\.\/?/, "");
  const base = `${top}${inside === "" || inside.endsWith("/") ? inside : `${inside}/`}`;
  const path = `${base}${backend.replaceAll(".", "/")}`;
  return [`${path}.py`, `${path}/__init__.py`].filter((one) => sources.paths.includes(one));
}

/** Modules beside a file that it imports, and scripts that it names. */
function imported(text: string, path: string, top: string): readonly string[] {
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  const names = [...text.matchAll(importLine)].flatMap(([, from, list]) =>
    (from ?? list ?? "").split(",").map((name) => name.trim().split(/\s/)[0] ?? ""),
  );
  const modules = names
    .map((name) => name.replace(/^\.+/, "").replaceAll(".", "/"))
    .filter((name) => name !== "")
    .flatMap((name) => [`${folder}${name}.py`, `${top}${name}.py`, `${top}${name}/__init__.py`]);
  const scripts = path === `${top}setup.py` && runsFiles.test(text) ? text.matchAll(runFile) : [];
  return [...modules, ...Array.from(scripts, ([, script]) => `${top}${script}`)];
}
