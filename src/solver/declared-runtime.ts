import { type Runtime, runtimeId } from "../model/runtime.ts";
import type { MarkerEnvironment } from "../python/marker.ts";
import type { TagTarget } from "../python/tags.ts";
import { type Place, ThothError } from "../util/errors.ts";
import { knownSystems, type Libc, libcOf } from "./operating-systems.ts";
import { withLazyTags } from "./runtime-description.ts";

/** What `.thoth.yaml` says of a runtime; everything but the name may be left out. */
export interface RuntimeDeclaration {
  readonly name: string;
  readonly operatingSystem?: { readonly name: string; readonly version?: string };
  /** "3.11" or "3.11.7". */
  readonly pythonVersion?: string;
  /** e.g. "linux-x86_64". */
  readonly platform?: string;
  readonly place?: Place;
}

/**
 * The declared runtime: an interpreter of this machine where one fits (then stacks can be tried),
 * else the marker values and tags that such a system has. `found` are the machine's, best first;
 * what the declaration leaves out is as on the first of them.
 * @throws ThothError("unknown-runtime") where too little is known of the system.
 */
export function declaredRuntime(
  declaration: RuntimeDeclaration,
  found: readonly Runtime[],
): Runtime {
  const match = found.find((runtime) => fits(runtime, declaration));
  const id = runtimeId(declaration.name);
  if (match === undefined) return targetRuntime(declaration, found[0]);
  return { ...match, id };
}

function fits(runtime: Runtime, declaration: RuntimeDeclaration): boolean {
  const { operatingSystem: system, pythonVersion = runtime.python, platform } = declaration;
  const { sys_platform, platform_machine } = runtime.markers;
  if (pythonVersion !== runtime.python && pythonVersion !== runtime.pythonFull) return false;
  if (platform !== undefined && platform !== `${sys_platform}-${platform_machine}`) return false;
  return system === undefined || isOfSystem(runtime, system);
}

/** Whether a runtime is of a declared system: `8` is every 8.x. */
export function isOfSystem(
  { operatingSystem }: Runtime,
  declared: { readonly name: string; readonly version?: string },
): boolean {
  const { name, version = "" } = declared;
  const own = operatingSystem.version;
  if (name.toLowerCase() !== operatingSystem.name) return false;
  return version === "" || version === own || own.startsWith(`${version}.`);
}

function targetRuntime(declaration: RuntimeDeclaration, first: Runtime | undefined): Runtime {
  const system = {
    name: (declaration.operatingSystem?.name ?? first?.operatingSystem.name ?? "").toLowerCase(),
    version: declaration.operatingSystem?.version ?? first?.operatingSystem.version ?? "",
  };
  const python = declaration.pythonVersion ?? first?.python;
  if (python === undefined) {
    throw unknown(declaration, "its Python is not named, and none is on this machine", []);
  }
  const libc = libcOf(system.name, system.version);
  if (libc === undefined) {
    const what = `${system.name || "its operating system"} ${system.version}`.trimEnd();
    throw unknown(declaration, `${what} is not known`, knownSystems);
  }
  const [major = 3, minor = 0] = python.split(".").map(Number);
  const full = python.split(".").length > 2 ? python : `${python}.0`;
  const target: TagTarget = {
    python: [major, minor],
    implementation: "cp",
    abis: [`cp${major}${minor}${major === 3 && minor < 8 ? "m" : major === 2 ? "mu" : ""}`],
    os: "macos" in libc ? "macos" : "linux",
    arch: declaration.platform?.split("-").at(-1) ?? first?.markers.platform_machine ?? "x86_64",
    ...libc,
  };
  return withLazyTags(target, {
    id: runtimeId(declaration.name),
    operatingSystem: system,
    python: `${major}.${minor}`,
    pythonFull: full,
    markers: targetMarkers(target, full, libc),
  });
}

function targetMarkers(target: TagTarget, full: string, libc: Libc): MarkerEnvironment {
  const isMac = "macos" in libc;
  const linux = target.python[0] === 2 ? "linux2" : "linux";
  return {
    implementation_name: "cpython",
    implementation_version: full,
    os_name: "posix",
    platform_machine: target.arch,
    platform_python_implementation: "CPython",
    // Of the kernel, which a declaration does not name.
    platform_release: "",
    platform_system: isMac ? "Darwin" : "Linux",
    platform_version: "",
    python_full_version: full,
    python_version: target.python.join("."),
    sys_platform: isMac ? "darwin" : linux,
  };
}

function unknown(
  declaration: RuntimeDeclaration,
  why: string,
  known: readonly string[],
): ThothError {
  return new ThothError("unknown-runtime", `runtime \`${declaration.name}\`: ${why}`, {
    place: declaration.place,
    hint: known.length === 0 ? "set `python_version`" : `known systems: ${known.join(", ")}`,
  });
}
