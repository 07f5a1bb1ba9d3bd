import { createHash } from "node:crypto";
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { expect, test } from "vitest";
import type { TestIndex } from "../../fixtures/index-server.ts";
import { loopBench } from "../../fixtures/loop-bench.ts";
import {
  type Distribution,
  type SdistOptions,
  sdist,
  type WheelOptions,
  wheel,
} from "../../fixtures/packages.ts";
import { servedIndex } from "../../fixtures/served-index.ts";
import type { FailureClass } from "../model/knowledge.ts";
import { indexUrl } from "../model/release.ts";
import { packageName } from "../python/name.ts";
import { installReleases } from "./installs.ts";

// Each failure by a package made for it, really fetched, built, installed and imported. "timeout"
// is tested in solver/install-check.test.ts and build.test.ts, "no-sandbox" in the former.

const demo = (options: Partial<WheelOptions>) =>
  wheel({ name: "demo", version: "1.0", ...options });
const source = (options: Partial<SdistOptions>) =>
  sdist({ name: "demo", version: "1.0", ...options });
const module = (...lines: readonly string[]) =>
  demo({ files: { "demo/__init__.py": `${lines.join("\n")}\n` } });

function withBytes(file: Distribution, bytes: Uint8Array): Distribution {
  return { ...file, bytes, sha256: createHash("sha256").update(bytes).digest("hex") };
}

/** A wheel whose METADATA says this in place of that. */
function withMetadata(that: string, replacement: string): Distribution {
  const file = demo({});
  const files = unzipSync(file.bytes);
  const path = "demo-1.0.dist-info/METADATA";
  const text = strFromU8(files[path] ?? new Uint8Array()).replace(that, replacement);
  return withBytes(file, zipSync({ ...files, [path]: strToU8(text) }));
}

/** A build that has a C compiler compile this. */
function compiling(code: string): Distribution {
  const atBuild = [
    "import subprocess",
    `open("x.c", "w").write(${JSON.stringify(code)})`,
    'subprocess.check_call(["gcc", "-c", "x.c"])',
  ];
  return source({ atBuild: atBuild.join("\n") });
}

interface Case {
  readonly what: string;
  readonly failure: FailureClass;
  readonly file: Distribution;
  readonly prepare?: (index: TestIndex, file: Distribution) => void;
  readonly says?: RegExp;
}

const cases: readonly Case[] = [
  {
    failure: "no-file",
    what: "a wheel for another system only",
    file: demo({ tag: "py3-none-win32" }),
  },
  {
    failure: "requires-python",
    what: "files for another Python only",
    file: demo({ requiresPython: "<3" }),
    says: /needs Python <3/,
  },
  {
    failure: "vanished",
    what: "a file that is gone, though the page lists it",
    file: demo({}),
    prepare: (index, { filename }) => {
      index.fail(`/files/${filename}`, { kind: "status", status: 404 });
      index.fail(`/files/${filename}.metadata`, { kind: "status", status: 404 });
    },
  },
  {
    failure: "vanished",
    what: "a release that the page no longer lists",
    file: demo({}),
    prepare: (index, { filename }) => {
      index.remove(filename);
      index.add(demo({ version: "2.0" }));
    },
  },
  {
    failure: "hash-mismatch",
    what: "a file that is not the one listed",
    file: demo({}),
    prepare: (index, { filename }) => index.fail(`/files/${filename}`, { kind: "corrupt" }),
  },
  {
    failure: "bad-archive",
    what: "a wheel that is no archive",
    file: withBytes(demo({}), strToU8("PK no zip")),
  },
  {
    failure: "bad-archive",
    what: "an sdist that is no archive",
    file: withBytes(source({ dynamic: ["Requires-Dist"] }), strToU8("no tar")),
  },
  {
    failure: "bad-metadata",
    what: "metadata of another version",
    file: withMetadata("Version: 1.0", "Version: 2.0"),
  },
  {
    failure: "build-failed",
    what: "a build that ends with an error",
    file: source({ atBuild: "raise ValueError('no')" }),
    says: /ValueError: no/,
  },
  {
    failure: "build-failed",
    what: "code that no compiler takes",
    file: compiling("int main(void) { return nothing_such; }\n"),
  },
  {
    failure: "build-requirements",
    what: "a build that needs what no index has",
    file: source({
      pyproject: '[build-system]\nrequires = ["nothing-such"]\nbuild-backend = "nothing"\n',
    }),
    says: /nothing-such/,
  },
  {
    failure: "system-library",
    what: "a header that is not on this system",
    file: compiling("#include <nothing_such.h>\n"),
    says: /^[^\n]*(nothing_such\.h|gcc)/,
  },
  {
    failure: "out-of-memory",
    what: "a build that needs more memory than there is",
    file: source({ atBuild: "x = bytearray(1 << 40)" }),
    says: /tried twice, at last with twice the time and \d+ MiB of memory a process/,
  },
  {
    failure: "install-failed",
    what: "a wheel that wants to write outside the environment",
    file: demo({ files: { "../../../evil.py": "" } }),
  },
  { failure: "import-syntax", what: "the grammar of Python 2", file: module("print 'hello'") },
  {
    failure: "import-abi",
    what: "an extension that is no library",
    file: demo({
      files: { "demo.abi3.so": "no library, but long enough to have a header at all\n".repeat(4) },
    }),
  },
  {
    failure: "import-crash",
    what: "a segmentation fault",
    file: module("import ctypes", "ctypes.string_at(0)"),
    says: /signal 11/,
  },
  {
    failure: "import-missing-module",
    what: "a module that no requirement has",
    file: module("import nothing_such"),
  },
  {
    failure: "import-system-library",
    what: "a library that is not on this system",
    file: module("import ctypes", "ctypes.CDLL('libnothingsuch.so.9')"),
    says: /libnothingsuch\.so\.9/,
  },
  {
    failure: "import-error",
    what: "settings that are not there",
    file: module("raise RuntimeError('no settings')"),
  },
  {
    failure: "out-of-memory",
    what: "an import that needs more memory than there is",
    file: module("x = bytearray(1 << 40)"),
  },
];

test.each(cases)("$failure: $what", async ({ failure, file, prepare, says = /./ }) => {
  const index = await servedIndex([file]);
  const bench = await loopBench(index.url);
  prepare?.(index, file);
  const release = { name: packageName("demo"), version: "1.0", index: indexUrl(index.url) };

  const thrown = await installReleases(bench, [release]);

  expect(thrown).toEqual(new Map());
  expect(bench.services.store.installed(release, bench.runtime.id)).toMatchObject({
    outcome: "failed",
    failure,
    detail: expect.stringMatching(says),
  });
});
