import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { expect, test } from "vitest";
import { exampleAudit, hostileAudit } from "../../fixtures/audit.ts";
import { auditCycloneDx } from "./cyclonedx.ts";

test.each([
  ["usual", exampleAudit],
  ["hostile", hostileAudit],
  ["unknown", { ...exampleAudit, database: undefined, notes: ["there is no lock"] }],
])("%s audits give a bill that the strict schema of CycloneDX 1.6 takes", async (_, audit) => {
  const text = auditCycloneDx(audit);

  const problems = await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text);

  expect(problems).toBeNull();
  expect(text).not.toMatch(/[^\P{C}\n]/u);
});

test("components have purls and hashes, and what needs what is left out where it is unknown", () => {
  const bill = JSON.parse(auditCycloneDx(exampleAudit));

  expect(bill.components.map((one: { purl: string }) => one.purl)).toEqual([
    "pkg:pypi/click@1.0",
    "pkg:pypi/flask@1.0",
    "pkg:pypi/jinja2@2.10",
    "pkg:pypi/own@1.0?vcs_url=git%2Bhttps%3A%2F%2Fgit.example%2Fown.git",
  ]);
  expect(bill.components[1].hashes).toEqual([{ alg: "SHA-256", content: "a".repeat(64) }]);
  expect(bill.components[2].externalReferences).toMatchObject([
    { type: "distribution", hashes: [{ content: "b".repeat(64) }] },
    { type: "distribution", hashes: [{ content: "c".repeat(64) }] },
  ]);
  expect(bill.dependencies).toEqual([
    { ref: "pkg:pypi/click@1.0" },
    { ref: "pkg:pypi/flask@1.0", dependsOn: ["pkg:pypi/click@1.0", "pkg:pypi/jinja2@2.10"] },
    { ref: "pkg:pypi/jinja2@2.10" },
    {
      ref: "project",
      dependsOn: [
        "pkg:pypi/flask@1.0",
        "pkg:pypi/own@1.0?vcs_url=git%2Bhttps%3A%2F%2Fgit.example%2Fown.git",
      ],
    },
  ]);
});

test("advisories have ratings, what they affect and a way out", () => {
  const { vulnerabilities } = JSON.parse(auditCycloneDx(exampleAudit));

  expect(vulnerabilities).toMatchObject([
    { id: "MAL-2026-7", ratings: [{ severity: "critical" }] },
    {
      id: "PYSEC-2026-1",
      references: [{ id: "CVE-2026-1" }],
      ratings: [{ score: 7.5, severity: "high", method: "CVSSv31" }],
      affects: [
        { ref: "pkg:pypi/jinja2@2.10", versions: [{ version: "2.10", status: "affected" }] },
      ],
      recommendation: "Take jinja2 2.11.3: `thoth advise`.",
    },
    { id: "PYSEC-2026-2", ratings: [{ severity: "unknown" }] },
  ]);
});

test("the same audit has the same bytes", () => {
  expect(auditCycloneDx(exampleAudit)).toBe(auditCycloneDx(exampleAudit));
});
