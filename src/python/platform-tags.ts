/** A two-part version such as glibc 2.36, musl 1.2 or macOS 14.5. */
export type TwoPartVersion = readonly [major: number, minor: number];

/** What decides the platform tags of a runtime; nothing of it is read from this machine. */
export interface TagPlatform {
  readonly os: "linux" | "macos" | "windows" | (string & {});
  /** As Python names it: x86_64, aarch64, arm64, i686, x86, ppc64le … */
  readonly arch: string;
  readonly glibc?: TwoPartVersion | null;
  readonly musl?: TwoPartVersion | null;
  readonly macos?: TwoPartVersion | null;
}

/**
 * The platform tags a runtime accepts, best first (PEP 425, 600, 656), in the order of
 * packaging 26.3: the plain `linux_ARCH` before manylinux and musllinux.
 */
export function platformTags(platform: TagPlatform): readonly string[] {
  switch (platform.os) {
    case "linux":
      return linuxTags(platform);
    case "macos":
      return macTags(platform.macos ?? [11, 0], platform.arch);
    case "windows":
      return [windowsTag(platform.arch)];
    default:
      return [`${platform.os}_${platform.arch}`.replaceAll(/[-. ]/g, "_")];
  }
}

function windowsTag(arch: string): string {
  const names = new Map([
    ["x86", "win32"],
    ["i686", "win32"],
    ["x86_64", "win_amd64"],
    ["aarch64", "win_arm64"],
  ]);
  return names.get(arch) ?? `win_${arch}`;
}

const manylinuxArchs = new Set([
  "x86_64",
  "aarch64",
  "ppc64",
  "ppc64le",
  "s390x",
  "loongarch64",
  "riscv64",
  "armv7l",
  "armv8l",
  "i686",
]);

// PEP 513, 571 and 599 named these before PEP 600 put the glibc version into the tag.
const legacyManylinux = new Map([
  [5, "manylinux1"],
  [12, "manylinux2010"],
  [17, "manylinux2014"],
]);

function linuxTags({ arch, glibc, musl }: TagPlatform): readonly string[] {
  const archs = arch === "armv8l" ? ["armv8l", "armv7l"] : [arch];
  const tags = archs.map((name) => `linux_${name}`);
  if (glibc && manylinuxArchs.has(arch)) {
    const oldest = arch === "x86_64" || arch === "i686" ? 5 : 17;
    for (const name of archs) tags.push(...manylinuxTags(name, glibc, oldest));
  }
  if (musl) {
    for (const name of archs) {
      for (let minor = musl[1]; minor >= 0; minor--) {
        tags.push(`musllinux_${musl[0]}_${minor}_${name}`);
      }
    }
  }
  return tags;
}

function manylinuxTags(arch: string, glibc: TwoPartVersion, oldestOf2: number): string[] {
  const tags: string[] = [];
  for (let major = glibc[0]; major >= 2; major--) {
    // No glibc 3 exists yet; packaging assumes that 2 ends at 50.
    const newest = major === glibc[0] ? glibc[1] : 50;
    for (let minor = newest; minor >= (major === 2 ? oldestOf2 : 0); minor--) {
      tags.push(`manylinux_${major}_${minor}_${arch}`);
      const legacy = major === 2 ? legacyManylinux.get(minor) : undefined;
      if (legacy !== undefined) tags.push(`${legacy}_${arch}`);
    }
  }
  return tags;
}

function macTags([major, minor]: TwoPartVersion, arch: string): readonly string[] {
  const tags: string[] = [];
  const add = (version: TwoPartVersion, formats: readonly string[]): void => {
    for (const format of formats) tags.push(`macosx_${version[0]}_${version[1]}_${format}`);
  };
  if (major === 10) {
    for (let old = minor; old >= 0; old--) add([10, old], macFormats([10, old], arch));
  }
  if (major >= 11) {
    for (let year = major; year >= 11; year--) add([year, 0], macFormats([year, 0], arch));
    // A universal2 wheel may name an older system for its x86_64 half.
    for (let old = 16; old >= 4; old--) {
      add([10, old], arch === "x86_64" ? macFormats([10, old], arch) : ["universal2"]);
    }
  }
  return tags;
}

function macFormats([major, minor]: TwoPartVersion, arch: string): readonly string[] {
  const release = major * 100 + minor;
  switch (arch) {
    case "x86_64":
      if (release < 1004) return [];
      return ["x86_64", "intel", "fat64", "fat3", "universal2", "universal"];
    case "i386":
      return release < 1004 ? [] : ["i386", "intel", "fat3", "fat", "universal"];
    case "ppc64":
      return release < 1004 || release > 1005 ? [] : ["ppc64", "fat64", "universal"];
    case "ppc":
      return release > 1006 ? [] : ["ppc", "fat3", "fat", "universal"];
    case "intel":
      return ["intel", "universal"];
    case "arm64":
      return ["arm64", "universal2"];
    default:
      return [arch];
  }
}
