import type { FailureClass } from "../model/knowledge.ts";
import { isTomlTable, parseToml, type TomlTable, type TomlValue } from "../python/toml.ts";
import type { Mount, Sandbox } from "../sandbox/sandboxed-command.ts";
import { ThothError } from "../util/errors.ts";
import { type Fields, fieldsOf, textField } from "./fields.ts";
import type { Failure } from "./import-failure.ts";
import type { Installation } from "./installation.ts";
import { type RunLimits, tryTwice } from "./limits.ts";
import { fallsShort, heed, judgeEnd } from "./run-end.ts";
import { withScratch } from "./scratch.ts";
import { judgeArchive } from "./tool-failure.ts";
import { inside, runScript } from "./workshop.ts";

/** What is built: an archive, or a folder (with the project in `subdirectory`), which is copied. */
export type Source =
  | { readonly archive: string }
  | { readonly tree: string; readonly subdirectory?: string };

/** How a source says that it is built (PEP 517, 518). */
export interface SourceInspection {
  /** [build-system] requires, or what setuptools needs. */
  readonly requires: readonly string[];
  readonly backend: string;
  readonly backendPath: readonly string[];
  /** The texts of its files, where it has them. */
  readonly pyproject: string | undefined;
  readonly pkgInfo: string | undefined;
}

/** Reads a source without running anything of it: the archive is unpacked inside the sandbox. */
export async function inspectSource(options: Inspection): Promise<SourceInspection | Failure> {
  const told = await tryTwice(
    (limits) => unpack(options, limits),
    (one) => "failure" in one && fallsShort(one),
  );
  if ("failure" in told) return told;
  const pyproject = textField(told.answer, "pyproject");
  const plan = buildSystem(pyproject);
  if ("failure" in plan) return plan;
  return { ...plan, pyproject, pkgInfo: textField(told.answer, "pkgInfo") };
}

interface Inspection {
  readonly installation: Installation;
  readonly sandbox: Sandbox;
  readonly source: Source;
  readonly cacheDirectory: string;
  readonly signal?: AbortSignal | undefined;
}

/** Has our script unpack it and say what is in it; else why it could not. */
async function unpack(
  options: Inspection,
  limits: RunLimits,
): Promise<{ readonly answer: Fields } | Failure> {
  const { mount, request } = sourceMount(options.source);
  return withScratch(options.cacheDirectory, async (scratch) => {
    const run = await runScript({
      ...options,
      script: "build.py",
      request: { ...request, want: "inspection", target: `${inside.work}/source` },
      readOnly: [mount],
      writable: [],
      scratch,
      limits,
      expectedBytes: 512 * 1024 ** 2,
      timeoutMs: 60_000,
    });
    const answer = run.exitCode === 0 ? fieldsOf(JSON.parse(run.stdout)) : {};
    if (textField(answer, "state") === "inspected") return { answer };
    const said = textField(answer, "output") ?? run.stderr;
    return heed(judgeEnd(run, "unpacking it") ?? judgeArchive(said), run, limits);
  });
}

/** How the source is shown inside, and what our script is told of it. */
export function sourceMount(source: Source): {
  readonly mount: Mount;
  readonly request: Readonly<Record<string, string>>;
} {
  if ("archive" in source) {
    const to = `${inside.source}/archive`;
    return { mount: { from: source.archive, to }, request: { archive: to } };
  }
  const { tree, subdirectory = "" } = source;
  const to = `${inside.source}/tree`;
  return { mount: { from: tree, to, ownerOnly: true }, request: { tree: to, subdirectory } };
}

type BuildSystem = Pick<SourceInspection, "requires" | "backend" | "backendPath">;

// PEP 517: what has no [build-system] is built as if it had this one.
const legacy: BuildSystem = {
  requires: ["setuptools >= 40.8.0", "wheel"],
  backend: "setuptools.build_meta:__legacy__",
  backendPath: [],
};

/** Reads [build-system] of a pyproject.toml. */
export function buildSystem(
  pyproject: string | undefined,
): BuildSystem | { readonly failure: FailureClass; readonly detail: string } {
  if (pyproject === undefined) return legacy;
  let table: TomlTable;
  try {
    table = parseToml(pyproject, "pyproject.toml");
  } catch (error) {
    if (error instanceof ThothError && error.code === "bad-toml") {
      return { failure: "build-failed", detail: `pyproject.toml: ${error.message}` };
    }
    throw error;
  }
  const system = table["build-system"];
  if (!isTomlTable(system)) return legacy;
  const backend = system["build-backend"];
  return {
    requires: texts(system["requires"]),
    backend: typeof backend === "string" ? backend : legacy.backend,
    backendPath: texts(system["backend-path"]),
  };
}

function texts(value: TomlValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
