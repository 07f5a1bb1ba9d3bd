import { expect, test } from "vitest";
import { conformanceCases, failing } from "../../fixtures/conformance.ts";
import { rankTags, supportedTags, type TagTarget, tagRanks } from "./tags.ts";
import { chooseDistribution, compareBuildTags, wheelRank } from "./wheel-choice.ts";

interface TargetCase extends TagTarget {
  readonly id: string;
  readonly target: string;
  readonly tags: readonly string[];
}

interface SelectCase {
  readonly id: string;
  readonly target: string;
  readonly files: readonly string[];
  readonly compatible: readonly string[];
  readonly best: string | null;
}

const targets = conformanceCases<TargetCase>("tags", "targets");

test("every target has packaging's tags in packaging's order", () => {
  const matches = (target: TargetCase): boolean =>
    supportedTags(target).join() === target.tags.join();

  expect(failing(targets, matches)).toEqual([]);
});

test("of a release's files pip's choice is ours, and the usable ones rank alike", () => {
  const ranks = new Map(targets.map((target) => [target.target, tagRanks(target)]));
  const matches = ({ target, files, compatible, best }: SelectCase): boolean => {
    const own = ranks.get(target) ?? new Map<string, number>();
    const rank = (file: string): number => wheelRank(file, own) ?? Number.POSITIVE_INFINITY;
    const usable = files.filter((file) => wheelRank(file, own) !== undefined);
    const ordered = usable.toSorted((a, b) => rank(a) - rank(b));
    const chosen = chooseDistribution(files, own) ?? null;
    return ordered.join() === compatible.join() && chosen === best;
  };

  expect(failing(conformanceCases<SelectCase>("tags", "select"), matches)).toEqual([]);
});

test("a free-threaded build takes abi3t and never abi3", () => {
  const tags = supportedTags({
    python: [3, 15],
    implementation: "cp",
    abis: ["cp315t"],
    os: "windows",
    arch: "x86_64",
  });

  expect(tags.slice(0, 4)).toEqual([
    "cp315-cp315t-win_amd64",
    "cp315-abi3t-win_amd64",
    "cp315-none-win_amd64",
    "cp314-abi3t-win_amd64",
  ]);
  expect(tags.filter((tag) => tag.includes("-abi3-"))).toEqual([]);
});

test("an implementation without a short name ranks its own tags, then pure Python", () => {
  const tags = supportedTags({
    python: [3, 11],
    implementation: "graalpy",
    abis: ["graalpy242_311_native"],
    os: "windows",
    arch: "x86",
  });

  expect(tags.slice(0, 4)).toEqual([
    "graalpy311-graalpy242_311_native-win32",
    "graalpy311-none-win32",
    "py311-none-win32",
    "py3-none-win32",
  ]);
  expect(tags).not.toContain("graalpy311-none-any");
});

test("PyPy takes pp3-none-any before other pure wheels", () => {
  const tags = supportedTags({
    python: [3, 10],
    implementation: "pp",
    abis: ["pypy310_pp73"],
    os: "windows",
    arch: "x86_64",
  });

  expect(tags.filter((tag) => tag.endsWith("-any")).slice(0, 2)).toEqual([
    "pp3-none-any",
    "py310-none-any",
  ]);
});

test("a compressed tag set counts by its best tag, however large it is", () => {
  const ranks = rankTags(["cp311-cp311-linux_x86_64", "py3-none-any"]);
  const many = Array.from({ length: 5000 }, (_, at) => `x${at}`).join(".");

  expect(wheelRank("a-1-py2.py3-none-any.whl", ranks)).toBe(1);
  expect(wheelRank(`a-1-py3.${many}-none.${many}-any.${many}.whl`, ranks)).toBe(1);
  expect(wheelRank("a-1-cp39-cp39-linux_x86_64.whl", ranks)).toBeUndefined();
});

test.each([
  ["a-1-py3-none-any.whl", "a-1-2-py3-none-any.whl"],
  ["a-1-2-py3-none-any.whl", "a-1-2b-py3-none-any.whl"],
  ["a-1-2b-py3-none-any.whl", "a-1-10-py3-none-any.whl"],
])("build tag of %s is below that of %s", (lower, higher) => {
  expect(compareBuildTags(lower, higher)).toBeLessThan(0);
  expect(compareBuildTags(higher, lower)).toBeGreaterThan(0);
});

test("an sdist is taken only when no wheel fits", () => {
  const ranks = rankTags(["py3-none-any"]);

  expect(chooseDistribution(["a-1.tar.gz", "a-1-py3-none-any.whl"], ranks)).toBe(
    "a-1-py3-none-any.whl",
  );
  expect(chooseDistribution(["a-1.exe", "a-1.zip", "a-1-cp39-cp39-win32.whl"], ranks)).toBe(
    "a-1.zip",
  );
  expect(chooseDistribution(["a-1-cp39-cp39-win32.whl"], ranks)).toBeUndefined();
});
