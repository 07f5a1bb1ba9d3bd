import { expect, test } from "vitest";
import { indexUrl } from "../model/release.ts";
import { packageName } from "../python/name.ts";
import { readHtmlPage } from "./simple-html.ts";
import { BadPage, type PageContext, readJsonPage, serialInBytes } from "./simple-page.ts";

const context: PageContext = {
  name: packageName("Demo.Pkg"),
  index: indexUrl("https://index.example/simple/"),
  base: "https://index.example/simple/demo-pkg/",
  checkedAt: 0,
  validators: {},
};
const sha256 = "a1".repeat(32);

function json(files: readonly unknown[]): string {
  return JSON.stringify({ meta: { "api-version": "1.0" }, files });
}

function html(...anchors: string[]): string {
  return `<!DOCTYPE html><title>Links for demo-pkg</title>${anchors.join("\n")}`;
}

function versions(text: string): readonly string[] {
  return readJsonPage(text, context).releases.map(({ version }) => version);
}

test("versions are normalised, merged and sorted newest first", () => {
  const names = [
    "demo_pkg-1.0.0rc1-py3-none-any.whl",
    "Demo.Pkg-1.0.0.RC1.tar.gz",
    "demo-pkg-0.9.zip",
    "demo_pkg-1.0.0-py3-none-any.whl",
    "demo_pkg-1!0.1.tar.gz",
  ];
  const files = names.map((filename) => ({ filename, url: `/f/${filename}` }));

  const { releases } = readJsonPage(json(files), context);

  expect(
    releases.map((release) => [release.version, release.files.map(({ filename }) => filename)]),
  ).toEqual([
    ["1!0.1", ["demo_pkg-1!0.1.tar.gz"]],
    ["1.0.0", ["demo_pkg-1.0.0-py3-none-any.whl"]],
    ["1.0.0rc1", ["demo_pkg-1.0.0rc1-py3-none-any.whl", "Demo.Pkg-1.0.0.RC1.tar.gz"]],
    ["0.9", ["demo-pkg-0.9.zip"]],
  ]);
});

test("what can't be a file of this project is left out", () => {
  const files = [
    { filename: "demo_pkg-1.0.tar.gz", url: "demo_pkg-1.0.tar.gz" },
    { filename: "demo_pkg-1.0.exe", url: "x" },
    { filename: "other-1.0.tar.gz", url: "x" },
    { filename: "demo_pkg-not.a.version.tar.gz", url: "x" },
    { filename: "demo_pkg-2.0.tar.gz", url: "javascript:alert(1)" },
    { filename: "demo_pkg-3.0.tar.gz" },
    null,
    "demo_pkg-4.0.tar.gz",
  ];

  expect(versions(json(files))).toEqual(["1.0"]);
});

test("facts of a wrong type count as absent, and addresses lose credentials and fragments", () => {
  const file = {
    filename: "demo_pkg-1.0.tar.gz",
    url: "https://u:p@files.example/demo_pkg-1.0.tar.gz#sha256=00",
    hashes: { sha256: "zz", md5: "00" },
    size: -1,
    "requires-python": 3,
    "upload-time": null,
    yanked: 1,
    "core-metadata": null,
  };

  expect(readJsonPage(json([file]), context).releases[0]?.files).toEqual([
    { filename: "demo_pkg-1.0.tar.gz", url: "https://files.example/demo_pkg-1.0.tar.gz" },
  ]);
});

test.each([
  [true, { coreMetadata: true }],
  [{ sha256: sha256.toUpperCase() }, { coreMetadata: true, metadataSha256: sha256 }],
  [false, { coreMetadata: false }],
  [undefined, {}],
])("core-metadata %o", (announced, expected) => {
  const file = { filename: "demo_pkg-1.0-py3-none-any.whl", url: "https://f.example/w.whl" };

  const page = readJsonPage(json([{ ...file, "core-metadata": announced }]), context);

  expect(page.releases[0]?.files).toEqual([{ ...file, ...expected }]);
});

test("the serial is found in the bytes of a page, and in nothing that only looks like it", () => {
  const bytes = (text: string) => serialInBytes(Buffer.from(text));

  expect(bytes('{"meta": {"_last-serial": 12, "api-version": "1.1"}}')).toBe("12");
  expect(bytes('{"meta": {"_last-serial":"12"}}')).toBe("12");
  expect(bytes('{"name": "\\"_last-serial\\": 12"}')).toBeUndefined();
  expect(bytes("{}")).toBeUndefined();
});

test("an anchor of an HTML page says all that JSON says", () => {
  const text = html(
    '<!-- <a href="demo_pkg-9.0.tar.gz">no</a> -->',
    `<A HREF='../../f/demo_pkg-1.0%2Blocal-py3-none-any.whl#sha256=${sha256}' data-requires-python="&gt;=3.8,&lt;4" data-yanked="bad &amp; old" data-dist-info-metadata="sha256=${sha256}">x</A>`,
    '<a href="demo_pkg-0.5.tar.gz" data-requires-python=">=2.7" data-yanked>y</a>',
    '<a name="top">no address</a>',
  );

  expect(readHtmlPage(text, context).releases).toEqual([
    {
      version: "1.0+local",
      files: [
        {
          filename: "demo_pkg-1.0+local-py3-none-any.whl",
          url: "https://index.example/f/demo_pkg-1.0%2Blocal-py3-none-any.whl",
          sha256,
          requiresPython: ">=3.8,<4",
          yanked: "bad & old",
          coreMetadata: true,
          metadataSha256: sha256,
        },
      ],
    },
    {
      version: "0.5",
      files: [
        {
          filename: "demo_pkg-0.5.tar.gz",
          url: "https://index.example/simple/demo-pkg/demo_pkg-0.5.tar.gz",
          requiresPython: ">=2.7",
          yanked: "",
        },
      ],
    },
  ]);
});

test.each([
  ["its address", "https://i.example/p#x", "https://i.example/p"],
  ["none", null, undefined],
  ["one that is less secure than the file", "http://i.example/p", undefined],
  ["nonsense", 3, undefined],
])("of a provenance object, %s is kept", (_rule, provenance, expected) => {
  const file = { filename: "demo_pkg-1.0.tar.gz", url: "https://f.example/demo_pkg-1.0.tar.gz" };
  const anchor = `<a href="${file.url}" data-provenance="${provenance ?? ""}">x</a>`;
  const kept = expected === undefined ? file : { ...file, provenance: expected };

  expect(readJsonPage(json([{ ...file, provenance }]), context).releases[0]?.files).toEqual([kept]);
  expect(readHtmlPage(html(anchor), context).releases[0]?.files).toEqual([kept]);
});

test.each([
  ["1.1", {}, false],
  ["1.3", {}, true],
  ["1.1", { provenance: "https://i.example/p" }, true],
])(
  "an index that speaks version %s with %j of a file tells of attestations: %s",
  (version, said, expected) => {
    const file = { filename: "demo_pkg-1.0.tar.gz", url: "demo_pkg-1.0.tar.gz", ...said };
    const page = JSON.stringify({ meta: { "api-version": version }, files: [file] });

    expect(readJsonPage(page, context).attests).toBe(expected);
  },
);

test.each<readonly [string, { status: string; reason?: string } | undefined, object | undefined]>([
  ["1.4", { status: "archived", reason: "moved" }, { state: "archived", reason: "moved" }],
  ["1.1", { status: "quarantined" }, { state: "quarantined" }],
  ["1.4", undefined, { state: "active" }],
  ["1.1", undefined, undefined],
  ["1.4", { status: "unheard-of" }, undefined],
])("version %s of the API with the status %j says %j of the project", (version, told, expected) => {
  const meta = { "api-version": version };
  const metas = [
    `<meta name="pypi:repository-version" content="${version}">`,
    ...(told === undefined ? [] : [`<meta name="pypi:project-status" content="${told.status}">`]),
    ...(told?.reason === undefined
      ? []
      : [`<meta name="pypi:project-status-reason" content="${told.reason}">`]),
  ];

  const page = JSON.stringify({ meta, files: [], "project-status": told });

  expect(readJsonPage(page, context).status).toEqual(expected);
  expect(readHtmlPage(html(...metas), context).status).toEqual(expected);
});

test("<base> moves the addresses of an HTML page", () => {
  const text = html('<base href="/elsewhere/">', '<a href="demo_pkg-1.0.tar.gz">x</a>');

  expect(readHtmlPage(text, context).releases[0]?.files[0]?.url).toBe(
    "https://index.example/elsewhere/demo_pkg-1.0.tar.gz",
  );
});

test("an HTML page of another version of the API is refused", () => {
  const text = html('<meta name="pypi:repository-version" content="2.0">');

  expect(() => readHtmlPage(text, context)).toThrow(BadPage);
});

test.each([
  ["unclosed quotes", `<a href="`.repeat(20_000)],
  ["unclosed tags", "<a ".repeat(50_000)],
  ["unclosed comments", "<!--".repeat(50_000)],
  ["equal signs", `<a ${"x= ".repeat(50_000)}`],
])("hostile HTML of %s is read in a moment", (_what, text) => {
  expect(readHtmlPage(`Links for ${text}`, context).releases).toEqual([]);
});
