import type { FailureClass } from "../model/knowledge.ts";

const texts = {
  "no-file": "has no file for this runtime",
  "build-failed": "does not build",
  "build-requirements": "its build requirements cannot be met",
  "system-library": "needs a system library to build",
  "requires-python": "is for another Python",
  "bad-metadata": "has metadata that cannot be read",
  "bad-archive": "is a damaged archive",
  "hash-mismatch": "is not the file that the index promised",
  vanished: "has vanished from its index",
  timeout: "took longer than our limit",
  "out-of-memory": "took more memory than our limit",
  "install-failed": "does not install",
  "import-syntax": "does not import: not valid for this Python",
  "import-abi": "does not import: built for other libraries",
  "import-crash": "crashes when imported",
  "import-missing-module": "imports a module that none of its requirements has",
  "import-system-library": "needs a system library to run",
  "import-error": "raises an error when imported",
  "no-sandbox": "was not run, there is no sandbox here",
} as const satisfies Record<FailureClass, string>;

/** A failure class as the end of a sentence: `mysqlclient 2.2.7` `needs a system library to run`. */
export function failureText(failure: FailureClass): string {
  return texts[failure];
}

/** The line of a failure's detail that says most: of a traceback the last one, else the first. */
export function tellingLine(detail: string): string {
  const lines = detail.trimEnd().split("\n");
  const isTraceback = /^(\s|Traceback)/.test(lines[0] ?? "");
  return (isTraceback ? lines.at(-1) : lines[0]) ?? "";
}
