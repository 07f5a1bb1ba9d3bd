import { type Runtime, runtimeId } from "../model/runtime.ts";
import type { MarkerEnvironment } from "../python/marker.ts";
import { supportedTags, type TagTarget } from "../python/tags.ts";
import { type Fields, fieldsOf, textField } from "./fields.ts";
import { bitsOf, type Installation, pairField } from "./installation.ts";

/** The runtime that an interpreter of this machine is. */
export function describeRuntime(installation: Installation): Runtime {
  const { fields, executable, root, version } = installation;
  const markers = markersOf(fieldsOf(fields["markers"]));
  const target = tagTarget(installation, markers);
  const system = fieldsOf(fields["os"]);
  return withLazyTags(target, {
    id: runtimeId(nameOf(target)),
    operatingSystem: {
      name: textField(system, "name") ?? "unknown",
      version: textField(system, "version") ?? "",
    },
    python: version.join("."),
    pythonFull: markers.python_full_version,
    markers,
    interpreter: executable,
    ...(root === undefined ? {} : { root }),
  });
}

/** The tags take a millisecond to write down, and of all runtimes found only one is used. */
export function withLazyTags(target: TagTarget, rest: Omit<Runtime, "tags">): Runtime {
  let tags: readonly string[] | undefined;
  return {
    ...rest,
    get tags() {
      tags ??= supportedTags(target);
      return tags;
    },
  };
}

/** `linux-glibc236-x86_64-cp311`, `macos-14-arm64-cp312`, `linux-musl12-aarch64-cp313t`. */
export function nameOf(target: TagTarget): string {
  const { os, arch, glibc, musl, macos, implementation, python, abis } = target;
  const freeThreaded = /^cp\d+\w*t/.test(abis[0] ?? "") ? "t" : "";
  const libc = glibc ? `glibc${glibc.join("")}` : musl ? `musl${musl.join("")}` : macos?.[0];
  const parts = [os, libc, arch, `${implementation}${python.join("")}${freeThreaded}`];
  return parts.filter((part) => part !== undefined).join("-");
}

function markersOf(fields: Fields): MarkerEnvironment {
  const value = (name: string): string => textField(fields, name) ?? "";
  return {
    implementation_name: value("implementation_name"),
    implementation_version: value("implementation_version"),
    os_name: value("os_name"),
    platform_machine: value("platform_machine"),
    platform_python_implementation: value("platform_python_implementation"),
    platform_release: value("platform_release"),
    platform_system: value("platform_system"),
    platform_version: value("platform_version"),
    python_full_version: value("python_full_version"),
    python_version: value("python_version"),
    sys_platform: value("sys_platform"),
  };
}

function tagTarget(installation: Installation, markers: MarkerEnvironment): TagTarget {
  const { fields, version } = installation;
  const implementation = shortImplementation(markers.implementation_name);
  const [glibc, musl, macos] = ["glibc", "musl", "macos"].map((name) => pairField(fields, name));
  return {
    python: version,
    implementation,
    abis: implementation === "cp" ? cpythonAbis(installation) : otherAbis(fields),
    os: systemOf(markers.sys_platform),
    arch: architecture(markers.platform_machine, bitsOf(fields)),
    ...(glibc === undefined ? {} : { glibc }),
    ...(musl === undefined ? {} : { musl }),
    ...(macos === undefined ? {} : { macos }),
  };
}

function shortImplementation(name: string): string {
  if (name === "cpython") return "cp";
  return name === "pypy" ? "pp" : name;
}

function systemOf(platform: string): string {
  if (platform.startsWith("linux")) return "linux";
  if (platform === "darwin") return "macos";
  return platform === "win32" ? "windows" : platform;
}

// A 32-bit Python on a 64-bit kernel: platform.machine() names the kernel's architecture.
function architecture(machine: string, bits: number): string {
  if (bits === 64) return machine;
  return { x86_64: "i686", aarch64: "armv8l" }[machine] ?? machine;
}

function cpythonAbis({ fields, version: [major, minor] }: Installation): readonly string[] {
  const base = `cp${major}${minor}`;
  const debug = fields["debug"] === true ? "d" : "";
  const free = fields["freeThreaded"] === true ? "t" : "";
  if (major === 2) return [`${base}${debug}m${fields["unicodeSize"] === 4 ? "u" : ""}`];
  if (major === 3 && minor < 8) return [`${base}${debug}m`];
  // PEP 3149, changed in 3.8: a debug build also loads what was built for a release build.
  return debug === "" ? [`${base}${free}`] : [`${base}${free}d`, `${base}${free}`];
}

/** `pypy310-pp73-x86_64-linux-gnu` gives `pypy310_pp73`. */
function otherAbis(fields: Fields): readonly string[] {
  const [interpreter, abi] = (textField(fields, "soabi") ?? "").split("-");
  return interpreter && abi ? [`${interpreter}_${abi}`] : [];
}
