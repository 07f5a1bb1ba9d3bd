import { expect, test } from "vitest";
import { exampleAudit, hostileAudit } from "../../fixtures/audit.ts";
import type { Audit, AuditedPin } from "../model/audit.ts";
import { type AuditTerminalOptions, renderAudit } from "./audit-terminal.ts";
import { palette } from "./palette.ts";

test("each affected release has its advisories, its way into the lock and the least change", () => {
  expect(render(exampleAudit, { columns: 80 })).toMatchInlineSnapshot(`
    "malware flask 1.0
      malware MAL-2026-7: no fix named: Templates leave their sandbox
      unrated PYSEC-2026-2 (CVE-2026-1): fixed in 2.10.1 and 2.11.3
      from Pipfile:5 flask
      fixed by: 1.1, held back:
        as Pipfile:5 says flask ==1.0: write \`==1.1\`

    high 7.5 jinja2 2.10
      high 7.5 PYSEC-2026-1 (CVE-2026-1): fixed in 2.10.1 and 2.11.3: Templates l...
      from Pipfile:5 flask -> jinja2
      fixed by: 2.11.3

    unknown: own 1.0: it comes from git; no database speaks of that
    held against 7080 advisories up to 2026-07-23, from osv.zip
    \`thoth advise\` moves what is affected as far as the Pipfile allows
    2 of 4 releases are affected (1 malware, 1 high, 1 unrated), unknown: 1 of 4
    "
  `);
});

test("the closing sentence tells the three states apart", () => {
  const [, , clean, git] = exampleAudit.pins;
  const closing = (...pins: readonly (AuditedPin | undefined)[]) =>
    render(
      { ...exampleAudit, pins: pins.filter((one) => one !== undefined) },
      { verbosity: "quiet" },
    );

  expect(closing(clean)).toBe("Nothing known against 1 of 1 release\n");
  expect(closing(clean, git)).toBe("Nothing known against 1 of 2 releases, unknown: 1 of 2\n");
  expect(closing(git)).toBe("unknown: 1 of 1 release\n");
});

test("without a database the answer is that nobody knows", () => {
  const pins = exampleAudit.pins.map(({ pin }) => {
    return {
      pin,
      verdict: "unknown",
      reason: "the store holds no advisories",
      findings: [],
    } as const;
  });

  expect(render({ ...exampleAudit, database: undefined, pins })).toBe(
    "unknown: 4 of 4 releases; the store holds no advisories\n",
  );
});

test("more than five advisories of one release are shown on demand", () => {
  const [, affected] = exampleAudit.pins;
  const [finding] = affected?.findings ?? [];
  if (affected === undefined || finding === undefined) throw new Error("the example has none");
  const many = { ...affected, findings: Array.from({ length: 7 }, () => finding) };

  const usual = render({ ...exampleAudit, pins: [many] });
  const verbose = render({ ...exampleAudit, pins: [many] }, { verbosity: "verbose" });

  expect(usual.match(/PYSEC/g)).toHaveLength(5);
  expect(usual).toContain("  and 2 more (-v shows all)\n");
  expect(verbose.match(/PYSEC/g)).toHaveLength(7);
});

test("hostile text sends no control character and begins no line", () => {
  const text = render(hostileAudit, { verbosity: "verbose" });

  expect(text).not.toMatch(/[^\P{C}\n]/u);
  expect(text).not.toMatch(/^\s*(::|##)/m);
});

function render(audit: Audit, options: Partial<AuditTerminalOptions> = {}): string {
  const usual = { columns: undefined, color: palette(false), verbosity: "normal" } as const;
  return renderAudit(audit, { ...usual, ...options });
}
