import { expect, test } from "vitest";
import { packageName } from "../python/name.ts";
import { ThothError } from "../util/errors.ts";
import { parsePolicyFile } from "./policy-file.ts";

const whole = `[policy]
unknown-age = "allow"
yanked = "refuse"
indexes = ["internal"]
fail-on = "high"

[policy.cool-down]
period = "7d"
exempt = ["Own.Lib"]
packages = { requests = "14d" }

[policy.licenses]
allow = ["MIT", "BSD-3-Clause"]

[policy.package-indexes]
torch = "internal"

[[ignore]]
id = "cve-2024-1"
package = "flask"
reason = "not reached"
until = 2026-12-31

[[ignore]]
id = "GHSA-aaaa-bbbb-cccc"
reason = "tests only"
`;

test("a policy is read whole, each part with its place", () => {
  const policy = parsePolicyFile(whole, "thoth.toml");

  expect(policy).toMatchObject({
    unknownAge: "allow",
    yanked: "refuse",
    failOn: "high",
    indexes: [{ text: "internal", place: { file: "thoth.toml", line: 4, column: 11 } }],
    coolDowns: { all: { periodMs: 7 * 86_400_000, period: "7d", where: "thoth.toml:8" } },
    licenses: { allow: new Set(["mit", "bsd-3-clause"]), deny: new Set() },
    ignores: [
      { id: "CVE-2024-1", package: "flask", until: "2026-12-31", where: "thoth.toml:18" },
      { id: "GHSA-AAAA-BBBB-CCCC", package: undefined, until: undefined, where: "thoth.toml:24" },
    ],
  });
  expect(policy.coolDowns.packages.get(packageName("own-lib"))?.periodMs).toBe(0);
  expect(policy.coolDowns.packages.get(packageName("requests"))?.period).toBe("14d");
  expect(policy.packageIndexes.get(packageName("torch"))?.text).toBe("internal");
});

test("a cool-down may be one period, and an empty file demands nothing", () => {
  expect(parsePolicyFile('[policy]\ncool-down = "12h"\n', "t").coolDowns.all?.periodMs).toBe(
    12 * 3_600_000,
  );
  expect(parsePolicyFile("", "t")).toMatchObject({ indexes: undefined, ignores: [] });
});

test.each([
  ['[polcy]\nyanked = "warn"\n', "1:2 unknown key `polcy` → did you mean `policy`?"],
  [
    '[policy]\ncooldown = "7d"\n',
    "2:1 unknown key `cooldown` of `policy` → did you mean `cool-down`?",
  ],
  [
    "[policy]\ncool-down = 7\n",
    '2:13 `cool-down` must be a length of time → write it with a unit, such as `"7d"`',
  ],
  [
    '[policy]\nyanked = "warm"\n',
    "2:10 `yanked` is none of `refuse`, `warn` → did you mean `warn`?",
  ],
  ["[policy]\nindexes = []\n", "2:11 `indexes` allows no index at all → undefined"],
  [
    '[policy.cool-down]\nexempt = ["a"]\n',
    '2:10 packages are exempt from a cool-down that there is not → set one: `period = "7d"`',
  ],
  [
    '[policy.cool-down]\nperiod = "7d"\nexempt = ["a"]\npackages = { A = "1d" }\n',
    "3:10 `a` is exempt and has a cool-down of its own, too → undefined",
  ],
  [
    '[policy.licenses]\nallow = ["MIT"]\ndeny = ["mit"]\n',
    "3:8 `mit` is allowed and denied → leave it in one list",
  ],
  [
    '[policy.licenses]\nallow = ["Free stuff"]\n',
    "2:9 `Free stuff` is no SPDX identifier → such as `MIT` or `Apache-2.0`",
  ],
  ['[[ignore]]\nid = "CVE-1"\n', '1:3 an `[[ignore]]` without `reason` → say why: `reason = "…"`'],
  [
    '[[ignore]]\nid = "MAL-2024-1"\nreason = "x"\n',
    "2:6 `MAL-2024-1` is malware, which can't be ignored → undefined",
  ],
  [
    '[[ignore]]\nid = "CVE-1"\nreason = "x"\nuntil = "2026-02-30"\n',
    "4:9 `until` must be a day → such as `2026-12-31`",
  ],
])("%j is refused with place and way out", (text, expected) => {
  expect(told(text)).toBe(expected);
});

test("all mistakes are told at once", () => {
  try {
    parsePolicyFile('[policy]\nyanked = 1\nfail-on = "hi"\n', "thoth.toml");
    expect.unreachable();
  } catch (error) {
    expect(error).toMatchObject({
      code: "bad-configuration",
      others: [{ message: expect.any(String) }],
    });
  }
});

function told(text: string): string {
  try {
    parsePolicyFile(text, "thoth.toml");
    return "read";
  } catch (error) {
    if (!(error instanceof ThothError)) throw error;
    return `${error.place?.line}:${error.place?.column} ${error.message} → ${error.hint}`;
  }
}
