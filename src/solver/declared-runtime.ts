import { type DeclaredTraits, type Runtime, runtimeId } from "../model/runtime.ts";
import type { MarkerEnvironment } from "../python/marker.ts";
import type { TagTarget } from "../python/tags.ts";
import { type Place, ThothError } from "../util/errors.ts";
import { knownSystems, type SystemKind, systemKindOf } from "./operating-systems.ts";
import { withLazyTags } from "./runtime-description.ts";

/** What `.thoth.yaml` says of a runtime; everything but the name may be left out. */
export interface RuntimeDeclaration {
  readonly name: string;
  readonly operatingSystem?: { readonly name: string; readonly version?: string };
  /** "3.11" or "3.11.7". */
  readonly pythonVersion?: string;
  /** e.g. "linux-x86_64". */
  readonly platform?: string;
  readonly traits?: DeclaredTraits;
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
  if (match === undefined) return targetRuntime(declaration, found[0]);
  const { traits } = declaration;
  return { ...match, id: runtimeId(declaration.name), ...(traits === undefined ? {} : { traits }) };
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
  const { name = "", version = "" } = declaration.operatingSystem ?? first?.operatingSystem ?? {};
  const system = { name: name.toLowerCase(), version };
  const python = declaration.pythonVersion ?? first?.python;
  if (python === undefined) {
    throw unknown(declaration, "its Python is not named, and none is on this machine", []);
  }
  const kind = systemKindOf(system.name, system.version);
  if (kind === undefined) {
    const what = `${system.name || "its operating system"} ${system.version || "without a version"}`;
    throw unknown(declaration, `${what} is not known`, knownSystems);
  }
  const [major = 3, minor = 0] = python.split(".").map(Number);
  const full = python.split(".").length > 2 ? python : `${python}.0`;
  const os = systemOf(kind);
  const target: TagTarget = {
    python: [major, minor],
    implementation: "cp",
    abis: [`cp${major}${minor}${abiFlags(major, minor, os)}`],
    os,
    arch: architectureOn(os, declaration.platform, first?.markers.platform_machine),
    ...kind,
  };
  const { traits } = declaration;
  return withLazyTags(target, {
    id: runtimeId(declaration.name),
    operatingSystem: system,
    python: `${major}.${minor}`,
    pythonFull: full,
    markers: targetMarkers({ ...target, os }, full),
    ...(traits === undefined ? {} : { traits }),
  });
}

type SystemName = "linux" | "macos" | "windows";

function systemOf(kind: SystemKind): SystemName {
  if ("windows" in kind) return "windows";
  return "macos" in kind ? "macos" : "linux";
}

/** Until 3.7 wheels name how the interpreter was built. */
function abiFlags(major: number, minor: number, os: string): string {
  if (major === 3) return minor < 8 ? "m" : "";
  return os === "linux" ? "mu" : "m";
}

/** What a platform such as `linux-x86_64` ends in; else as here, save that a Mac has Apple's own. */
function architectureOn(os: string, platform: string | undefined, here = "x86_64"): string {
  const named = platform
    ?.split(/-|^win_/)
    .at(-1)
    ?.toLowerCase();
  if (os === "linux") return named ?? here;
  const arch = named ?? (os === "macos" ? "arm64" : here);
  const names = new Map(Object.entries({ aarch64: "arm64", amd64: "x86_64", win32: "x86" }));
  return names.get(arch) ?? arch;
}

/** `platform_machine` where Windows has a name of its own for it. */
const windowsMachines: ReadonlyMap<string, string> = new Map([
  ["x86_64", "AMD64"],
  ["arm64", "ARM64"],
]);

function targetMarkers(
  { python, arch, os }: TagTarget & { readonly os: SystemName },
  full: string,
): MarkerEnvironment {
  const linux = python[0] === 2 ? "linux2" : "linux";
  const platforms = {
    linux: ["Linux", linux, arch],
    macos: ["Darwin", "darwin", arch],
    windows: ["Windows", "win32", windowsMachines.get(arch) ?? arch],
  };
  const [system = "", platform = "", machine = ""] = platforms[os];
  return {
    implementation_name: "cpython",
    implementation_version: full,
    os_name: os === "windows" ? "nt" : "posix",
    platform_machine: machine,
    platform_python_implementation: "CPython",
    // Of the kernel, which a declaration does not name.
    platform_release: "",
    platform_system: system,
    platform_version: "",
    python_full_version: full,
    python_version: python.join("."),
    sys_platform: platform,
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
