import type { HousedFile } from "./wheelhouse-list.ts";

/** The page of one project (PEP 503); the files lie two folders up. */
export function projectPage(name: string, files: readonly HousedFile[]): string {
  const lines = files
    .toSorted((a, b) => (a.filename < b.filename ? -1 : 1))
    .map(({ filename, sha256, requiresPython }) => {
      const href = `../../files/${encodeURIComponent(filename)}#sha256=${sha256}`;
      const python =
        requiresPython === undefined ? "" : ` data-requires-python="${escaped(requiresPython)}"`;
      return `<a href="${escaped(href)}"${python}>${escaped(filename)}</a><br>`;
    });
  return page(`Links for ${name}`, lines);
}

/** The page that names all projects. */
export function rootPage(names: readonly string[]): string {
  return page(
    "Simple index",
    names.map((name) => `<a href="${encodeURIComponent(name)}/">${escaped(name)}</a><br>`),
  );
}

function page(title: string, lines: readonly string[]): string {
  return `<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<meta name="pypi:repository-version" content="1.0">
<title>${escaped(title)}</title>
</head>
<body>
${lines.join("\n")}
</body>
</html>
`;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? "");
}
