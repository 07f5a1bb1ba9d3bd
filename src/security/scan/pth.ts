import type { Finding } from "../../model/finding.ts";

/** Lines of a .pth file that Python runs at each start, https://docs.python.org/3/library/site.html. */
export function pthCode(text: string): string {
  return text
    .split("\n")
    .filter((line) => /^import[ \t]/.test(line))
    .join("\n");
}

/** A .pth file with code: it runs whenever Python starts, whatever is imported. */
export function pthFinding(path: string, code: string): Finding | undefined {
  if (code === "") return undefined;
  const harmful =
    /exec|eval|base64|urllib|requests|socket|subprocess|os\.system|popen|marshal|zlib/.test(code);
  return {
    tool: "thoth",
    runs: "install",
    ...(harmful ? { alarm: "block" } : {}),
    severity: harmful ? "HIGH" : "LOW",
    confidence: harmful ? "HIGH" : "LOW",
    rule: "TH401",
    text: "runs code at each start of Python",
    path,
    line: 1,
  };
}
