import { expect, test } from "vitest";
import { sarifProblems } from "../../fixtures/sarif-schema.ts";
import { type SarifReport, sarifDocument } from "./sarif.ts";

const rule = {
  id: "CVE-2026-1",
  summary: "Anybody may do anything",
  description: "Anybody may do anything, from anywhere.",
  help: "Take 2.0 or newer.",
  severity: 9.8,
  tags: ["security"],
};
const finding = {
  rule: "CVE-2026-1",
  level: "error",
  message: "flask 1.0 is affected",
  file: "Pipfile",
  line: 7,
  identity: ["flask"],
} as const;

test("a report is what the schema of SARIF 2.1.0 asks for", () => {
  const text = sarifDocument(report({ notices: ["nothing is known of `own`"] }));

  expect(sarifProblems(text)).toEqual([]);
  expect(JSON.parse(text).runs[0].results[0]).toMatchObject({
    ruleId: "CVE-2026-1",
    ruleIndex: 0,
    properties: { "security-severity": "9.8" },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: "Pipfile" }, region: { startLine: 7 } },
      },
    ],
  });
});

test("the same report has the same bytes, and a fingerprint outlives a move of its line", () => {
  const moved = { ...finding, line: 8, message: "said otherwise" };

  const [one, two] = [finding, moved].map((each) => sarifDocument(report({ findings: [each] })));

  expect(sarifDocument(report({}))).toBe(sarifDocument(report({})));
  expect(fingerprints(one)).toEqual(fingerprints(two));
});

test("foreign text makes no link, no placeholder and no control sequence", () => {
  const message = "see [here](https://evil.invalid) {0} \u001B[31m::error::\u202E";

  const text = sarifDocument(report({ findings: [{ ...finding, message }] }));

  expect(JSON.parse(text).runs[0].results[0].message.text).toBe(
    "see \\[here\\](https://evil.invalid) {{0}} ::error::",
  );
});

test.each([
  ["a b/ü.py", "a%20b/%C3%BC.py"],
  ["../../etc/passwd", "etc/passwd"],
  ["/etc/passwd", "etc/passwd"],
  ["C:\\x.py", "C%3A/x.py"],
  ["http://evil.invalid/x", "http%3A/evil.invalid/x"],
  ["\uD800.py", "%EF%BF%BD.py"],
])("the address of %j stays below the root", (file, uri) => {
  const { runs } = JSON.parse(sarifDocument(report({ findings: [{ ...finding, file }] })));

  expect(runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri).toBe(uri);
});

function report(parts: Partial<SarifReport>): SarifReport {
  return { rules: [rule], findings: [finding], notices: [], ...parts };
}

function fingerprints(text: string | undefined): unknown {
  return JSON.parse(text ?? "").runs[0].results[0].partialFingerprints;
}
