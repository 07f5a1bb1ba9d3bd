import type { TwoPartVersion } from "../python/platform-tags.ts";

/** What decides which wheels run: the C library, the version of macOS, or that it is Windows. */
export type SystemKind =
  | { readonly glibc: TwoPartVersion }
  | { readonly musl: TwoPartVersion }
  | { readonly macos: TwoPartVersion }
  | { readonly windows: true };

/**
 * `VERSION=MINOR`: the glibc 2.MINOR of each release of a distribution, oldest first, from the distributions' own package
 * lists (packages of `glibc` or `libc6` in the release as first published). Only the part of the
 * version that the releases differ in is needed: a wheel for an older glibc runs on a newer one.
 */
const enterprise = "6=12 7=17 8=28 9=34 10=39";

const glibcMinors: ReadonlyMap<string, string> = new Map([
  ["rhel", enterprise],
  ["ubi", enterprise],
  ["centos", enterprise],
  ["rocky", enterprise],
  ["almalinux", enterprise],
  ["ol", enterprise],
  ["amzn", "2=26 2023=34"],
  ["debian", "9=24 10=28 11=31 12=36 13=41"],
  // One glibc for each Fedora.
  ["fedora", Array.from({ length: 16 }, (_, step) => `${28 + step}=${27 + step}`).join(" ")],
  ["opensuse-leap", "15.0=26 15.3=31 15.6=38 16.0=40"],
  ["sles", "12=22 15=26 15.3=31 15.6=38 16.0=40"],
  ["ubuntu", "16.04=23 18.04=27 20.04=31 22.04=35 24.04=39 25.04=41"],
]);

/** Names of the systems that are known. */
export const knownSystems: readonly string[] = [
  ...glibcMinors.keys(),
  "alpine",
  "macos",
  "windows",
].sort();

/**
 * What kind of operating system one is that is named as /etc/os-release names it (ID, VERSION_ID). A version
 * between two listed ones has the older one's. Undefined where the system or so old a version of
 * it is not known.
 */
export function systemKindOf(system: string, version: string): SystemKind | undefined {
  const name = system.toLowerCase();
  if (name === "alpine") return { musl: compare(version, "3.13") < 0 ? [1, 1] : [1, 2] };
  if (name === "windows") return { windows: true };
  if (name === "macos" || name === "darwin") {
    const [major = 11, minor = 0] = version === "" ? [] : numbers(version);
    return { macos: [major, minor] };
  }
  const listed =
    glibcMinors
      .get(name)
      ?.split(" ")
      .map((pair) => pair.split("=")) ?? [];
  const fitting = listed.filter(([first = ""]) => compare(first, version) <= 0).at(-1);
  return fitting === undefined ? undefined : { glibc: [2, Number(fitting[1])] };
}

function numbers(version: string): readonly number[] {
  return version.split(".").map((part) => Number.parseInt(part, 10) || 0);
}

function compare(one: string, other: string): number {
  const [left, right] = [numbers(one), numbers(other)];
  return (left[0] ?? 0) - (right[0] ?? 0) || (left[1] ?? 0) - (right[1] ?? 0);
}
