import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { errorCode } from "../util/atomic-write.ts";

/** Where interpreters are looked for; normally `process.env` and the user's home. */
export interface SearchPlaces {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

// Asking for names costs a tenth of listing /usr/bin.
const names = [
  "python3",
  "python",
  ...Array.from({ length: 12 }, (_, step) => `python3.${17 - step}`),
  "python2.7",
];

/**
 * Interpreters on PATH, then those of pyenv; links resolved, each once, the one that `python3`
 * starts first. A pyenv shim stands for the versions that pyenv has selected.
 */
export function findInterpreters({ environment, home }: SearchPlaces): readonly string[] {
  const pyenv = environment["PYENV_ROOT"] ?? join(home, ".pyenv");
  const shims = join(pyenv, "shims");
  const path = new Set((environment["PATH"] ?? "").split(delimiter));
  const folders = [...path].filter((folder) => folder.startsWith("/"));
  const found = folders.flatMap((folder) =>
    folder === shims
      ? selectedVersions(pyenv, environment).map((version) => pyenvPython(pyenv, version))
      : names.map((name) => join(folder, name)),
  );
  const others = pyenvVersions(pyenv).map((version) => pyenvPython(pyenv, version));
  const real = [...found, ...others].flatMap(resolveFile);
  return [...new Set(real)];
}

function pyenvPython(pyenv: string, version: string): string {
  return join(pyenv, "versions", version, "bin", "python");
}

function selectedVersions(
  pyenv: string,
  environment: SearchPlaces["environment"],
): readonly string[] {
  const chosen = environment["PYENV_VERSION"]?.split(":");
  const file = join(pyenv, "version");
  return chosen ?? (existsSync(file) ? readFileSync(file, "utf8").split(/\s+/) : []);
}

/** Newest first. */
function pyenvVersions(pyenv: string): readonly string[] {
  const folder = join(pyenv, "versions");
  if (!existsSync(folder)) return [];
  // `localeCompare` with numbers would say the same, but takes 8 ms to load its tables.
  const key = (name: string): string =>
    name.replaceAll(/\d+/g, (digits) => digits.padStart(6, "0"));
  return readdirSync(folder).sort((a, b) => (key(a) < key(b) ? 1 : -1));
}

/** Most names are not there, which must cost little: no exception, one call. */
function resolveFile(path: string): readonly string[] {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found?.isFile() ? [realpathSync.native(path)] : [];
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EACCES", "ELOOP"].includes(errorCode(error) ?? "")) return [];
    throw error;
  }
}
