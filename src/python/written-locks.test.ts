import fc from "fast-check";
import { expect, test } from "vitest";
import type { LockEntry, PipfileLock } from "./pipfile-lock.ts";
import { type PylockFile, pylockText } from "./pylock.ts";
import { filesOfEntry, parsePylock } from "./pylock-reading.ts";
import { parseRequirementsLock, requirementsText } from "./requirements-lock.ts";

const digests = fc.stringMatching(/^[0-9a-f]{64}$/);
const names = fc.stringMatching(/^[a-z][a-z0-9]{0,6}(-[a-z0-9]{1,4})?$/);
const versions = fc.stringMatching(/^[1-9]\.[1-9](\.post[1-9])?$/);
const markers = fc.constantFrom(
  undefined,
  'python_version >= "3.9"',
  'sys_platform == "win32" or os_name == "nt"',
  'sys_platform == "linux" and (os_name == "posix" or os_name == "java")',
);
const entries = fc
  .record({ version: versions, digests: fc.uniqueArray(digests, { minLength: 1 }), markers })
  .map(
    ({ version, digests: found, markers: condition }): LockEntry => ({
      hashes: found.map((digest) => `sha256:${digest}`).sort(),
      version: `==${version}`,
      ...(condition === undefined ? {} : { markers: condition }),
    }),
  );
const categories = fc.dictionary(names, entries).map((found) => new Map(Object.entries(found)));

function lockOf(named: PipfileLock["categories"]): PipfileLock {
  return { meta: { requires: {}, sources: [], others: {} }, categories: named, newline: "\n" };
}

test("requirements with hashes read back are what was written", () => {
  const options = { header: ["#"], options: ["--index-url https://a.test/simple"], via: () => [] };
  fc.assert(
    fc.property(categories, (category) => {
      const { categories: read } = parseRequirementsLock(
        requirementsText(category, { ...options, via: (name) => [name, "-r a.in"] }),
        "requirements.txt",
      );
      expect(read).toEqual(new Map([["default", category]]));
    }),
  );
});

test("a pylock.toml read back and written again is the same text", () => {
  const filesOf = (name: string, { hashes, version = "" }: LockEntry): readonly PylockFile[] =>
    (hashes ?? []).map((hash, at) => ({
      filename: at === 0 ? `${name}-${version.slice(2)}.tar.gz` : `${name}-1-${at}-none-any.whl`,
      sha256: hash.slice("sha256:".length),
      size: at,
      uploadedAt: new Date(at * 1001).toISOString(),
      url: `https://files.test/${name}/${at}`,
    }));
  const meant = { requiresPython: ">=3.9", environments: ["os_name == 'posix'"] };
  fc.assert(
    fc.property(categories, categories, categories, (main, extra, group) => {
      const lock = lockOf(
        new Map([
          ["default", main],
          ["optional-dependencies.a", extra],
          ["dependency-groups.b", group],
        ]),
      );
      const text = pylockText(lock, { ...meant, files: filesOf });
      const read = parsePylock(text, "pylock.toml");
      const again = pylockText(read, {
        ...meant,
        files: (_, entry) => filesOfEntry(entry) ?? [],
      });
      const withoutHead = (whole: string) => whole.slice(whole.indexOf("created-by"));
      expect(withoutHead(again)).toBe(withoutHead(text));
    }),
  );
});
