import { expect, test } from "vitest";
import { ThothError } from "../util/errors.ts";
import { type PipfileLock, parseLock, writeLock } from "./pipfile-lock.ts";

/** As pipenv 2026.10.3 wrote it; addresses and digests replaced. */
const pipenvLock = `{
    "_meta": {
        "hash": {
            "sha256": "1a6860926e16cd3eb263fde6d598dcad3df326b252404665e9cbaa8fdb3a39b9"
        },
        "pipfile-spec": 6,
        "requires": {
            "python_version": "3.11"
        },
        "sources": [
            {
                "name": "main",
                "url": "https://\${TOKEN}@index.example/simple",
                "verify_ssl": true
            }
        ]
    },
    "default": {
        "colorama": {
            "markers": "sys_platform == 'win32'",
            "version": "*"
        },
        "loc": {
            "editable": true,
            "path": "./loc"
        },
        "requests": {
            "extras": [
                "socks"
            ],
            "hashes": [
                "sha256:58cd2187c01e70e6e26505bca751777aa9f2ee0b7f4300988b709f44e013003f",
                "sha256:942c5a758f98d790eaed1a29cb6eefc7ffb0d1cf7af05c3d2791656dbd6ad1e1"
            ],
            "index": "main",
            "markers": "python_version >= '3.7'",
            "version": "==2.31.0"
        },
        "sixx": {
            "git": "https://git.example/six.git",
            "ref": "a99e9f0a5c41903056c7834fda272c95afa12615",
            "subdirectory": "sub"
        },
        "wheel": {
            "file": "https://files.example/caf\\u00e9-1.0.tar.gz",
            "pip_args": [
                "--no-deps"
            ],
            "ref": null
        }
    },
    "develop": {},
    "docs": {
        "idna": {
            "version": "==3.20"
        }
    }
}
`;

test("a lock of pipenv's is written back byte for byte", () => {
  expect(writeLock(parseLock(pipenvLock, "Pipfile.lock"))).toBe(pipenvLock);
});

test("line breaks of Windows stay", () => {
  const text = pipenvLock.replaceAll("\n", "\r\n");

  expect(writeLock(parseLock(text, "Pipfile.lock"))).toBe(text);
});

test("a lock is read by category and package", () => {
  const { meta, categories } = parseLock(pipenvLock, "Pipfile.lock");

  expect(meta.sha256).toBe("1a6860926e16cd3eb263fde6d598dcad3df326b252404665e9cbaa8fdb3a39b9");
  expect(meta.sources).toEqual([
    { name: "main", url: `https://\${TOKEN}@index.example/simple`, verify_ssl: true },
  ]);
  expect([...categories.keys()]).toEqual(["default", "develop", "docs"]);
  expect(categories.get("docs")?.get("idna")).toEqual({ version: "==3.20" });
});

test("keys are sorted, whatever order they came in", () => {
  const lock: PipfileLock = {
    meta: { sha256: "00", requires: {}, sources: [], others: {} },
    categories: new Map([
      ["develop", new Map()],
      ["default", new Map([["b", { version: "==1", hashes: ["sha256:1"] }]])],
    ]),
    newline: "\n",
  };

  expect(writeLock(lock)).toBe(`{
    "_meta": {
        "hash": {
            "sha256": "00"
        },
        "pipfile-spec": 6,
        "requires": {},
        "sources": []
    },
    "default": {
        "b": {
            "hashes": [
                "sha256:1"
            ],
            "version": "==1"
        }
    },
    "develop": {}
}
`);
});

test.each([
  ["{", "the lock is no JSON", 1, 2],
  ['{"default": {}\n "x"', "the lock is no JSON", 2, 2],
  ["[]", "the lock must be a table", 1, 1],
  ['{"default": []}', "`default` must be a table", 1, 1],
  ['{"default": {"a": "==1"}}', "`a` in `default` must be a table", 1, 1],
  ['{"default": {"a": {"version": 1}}}', "`version` of `a` in `default` must be a text", 1, 1],
  ['{"default": {"a": {"hashes": "x"}}}', "`hashes` of `a` in `default` must be a list", 1, 1],
  ['{"_meta": {"sources": {}}}', "`sources` must be a list", 1, 1],
  ['{\n<<<<<<< HEAD\n"a": {}\n', "the lock holds an unresolved merge conflict", 2, 1],
])("%j is refused: %s", (text, message, line, column) => {
  expect(() => parseLock(text, "Pipfile.lock")).toThrow(
    expect.objectContaining({
      code: "bad-lock",
      message,
      place: { file: "Pipfile.lock", line, column },
    }),
  );
  expect(() => parseLock(text, "Pipfile.lock")).toThrow(ThothError);
});

test("a lock without sections reads as empty", () => {
  expect(parseLock("{}", "Pipfile.lock")).toEqual({
    meta: { requires: {}, sources: [], others: {} },
    categories: new Map(),
    newline: "\n",
  });
});
