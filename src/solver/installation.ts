import type { Runtime } from "../model/runtime.ts";
import { runProcess } from "../sandbox/process.ts";
import { ThothError } from "../util/errors.ts";
import { pythonScript } from "../util/package-root.ts";
import { type Fields, fieldsOf, listField, numberField, textField, textsField } from "./fields.ts";

/** An interpreter on this machine, as python/probe.py describes it. */
export interface Installation {
  /** Links resolved; never one of a virtual environment. */
  readonly executable: string;
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
export async function probeInterpreter(interpreter: string): Promise<Installation | undefined> {
  const result = await runProcess({
    command: interpreter,
    // -I does not exist in 2.7; these three say the same.
    args: ["-E", "-s", "-S", pythonScript("probe.py")],
    cwd: "/",
    env: { PATH: "/usr/bin:/bin", LC_ALL: "C.UTF-8" },
    timeoutMs: 20_000,
  });
  if (result.exitCode !== 0) return undefined;
  return installationOf(parseJson(result.stdout));
}

/** The probe of an interpreter that must work. */
export async function requireInstallation(interpreter: string): Promise<Installation> {
  const found = await probeInterpreter(interpreter);
  if (found !== undefined) return found;
  throw new ThothError("no-python", `\`${interpreter}\` is no Python that works`, {
    hint: "see `thoth runtimes` for those found on this machine",
  });
}

const installations = new Map<string, Promise<Installation>>();

/** Only where an interpreter is can anything be built. Each is probed once. */
export function installationFor(runtime: Runtime): Promise<Installation> {
  const { interpreter } = runtime;
  if (interpreter !== undefined) {
    let installation = installations.get(interpreter);
    if (installation === undefined) {
      installation = requireInstallation(interpreter);
      installations.set(interpreter, installation);
    }
    return installation;
  }
  throw new ThothError("no-python", `runtime \`${runtime.id}\` has no interpreter here`, {
    hint: "what needs one stays unknown; run Thoth where that Python is installed",
  });
}

/** The pip of an installation. */
export function requirePip(installation: Installation): { version: string; path: string } {
  if (installation.pip !== undefined) return installation.pip;
  throw new ThothError("tool-missing", `\`${installation.executable}\` has no pip`, {
    hint: `install pip for it, e.g. \`${installation.executable} -m ensurepip\``,
  });
}

/** Reads what the probe printed; undefined where it is not what the script prints. */
export function installationOf(value: unknown): Installation | undefined {
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

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
