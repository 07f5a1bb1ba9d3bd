import { runProcess } from "../sandbox/process.ts";
import { ThothError } from "../util/errors.ts";
import { parsedJson } from "../util/json.ts";
import { pythonScript } from "../util/package-root.ts";
import { type Fields, fieldsOf, listField, numberField, textField, textsField } from "./fields.ts";

/** An interpreter on this machine, as python/probe.py describes it. */
export interface Installation {
  /** Links resolved; never one of a virtual environment. Inside `root` where that is set. */
  readonly executable: string;
  /** The folder of another system that it belongs to. */
  readonly root?: string | undefined;
  /** Folders that hold its library. */
  readonly prefixes: readonly string[];
  /** The pip to run with it: a package folder or a wheel. */
  readonly pip: { readonly version: string; readonly path: string } | undefined;
  readonly hasVenv: boolean;
  readonly version: readonly [major: number, minor: number];
  /** Everything else that the script printed. */
  readonly fields: Fields;
}

/**
 * Runs the probe (30–60 ms). Undefined where the file is no Python that works.
 * @throws ThothError("tool-missing") where there is no such file.
 */
export async function probeInterpreter(
  interpreter: string,
  signal?: AbortSignal,
): Promise<Installation | undefined> {
  const result = await runProcess({
    command: interpreter,
    // -I does not exist in 2.7; these three say the same.
    args: ["-E", "-s", "-S", pythonScript("probe.py")],
    cwd: "/",
    env: { PATH: "/usr/bin:/bin", LC_ALL: "C.UTF-8" },
    timeoutMs: 20_000,
    signal,
  });
  if (result.exitCode !== 0) return undefined;
  return probed(result.stdout);
}

/** Reads the line that the probe printed. */
export function probed(line: string, root?: string): Installation | undefined {
  return installationOf(parsedJson(line), root);
}

/** The pip of an installation. */
export function requirePip(installation: Installation): { version: string; path: string } {
  if (installation.pip !== undefined) return installation.pip;
  throw new ThothError("tool-missing", `\`${installation.executable}\` has no pip`, {
    hint: `install pip for it, e.g. \`${installation.executable} -m ensurepip\``,
  });
}

/**
 * Reads what the probe printed, in another system if `root` is given; undefined where it is not
 * what the script prints.
 */
export function installationOf(value: unknown, root?: string): Installation | undefined {
  const fields = fieldsOf(value);
  const executable = textField(fields, "executable");
  const [major, minor] = listField(fields, "version");
  if (executable === undefined || typeof major !== "number" || typeof minor !== "number") {
    return undefined;
  }
  const pip = fieldsOf(fields["pip"]);
  const [version, path] = [textField(pip, "version"), textField(pip, "path")];
  return {
    executable,
    root,
    prefixes: textsField(fields, "prefixes"),
    pip: version === undefined || path === undefined ? undefined : { version, path },
    hasVenv: fields["venv"] === true,
    version: [major, minor],
    fields,
  };
}

/** A pair such as [2, 36]; undefined where the probe found none. */
export function pairField(fields: Fields, name: string): readonly [number, number] | undefined {
  const [major, minor] = listField(fields, name);
  return typeof major === "number" && typeof minor === "number" ? [major, minor] : undefined;
}

export function bitsOf(fields: Fields): number {
  return numberField(fields, "bits") ?? 64;
}
