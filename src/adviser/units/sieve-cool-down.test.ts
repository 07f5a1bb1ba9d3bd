import { expect, test } from "vitest";
import { advisory, contextOf, locked, project, resolved } from "../../../fixtures/advice.ts";
import { type AdviceSettings, noSettings } from "../../model/advice-settings.ts";
import type { AdvisoryMatch } from "../../model/advisory.ts";
import { type CoolDown, noPolicy, type Policy } from "../../model/policy.ts";
import type { Project } from "../../model/project.ts";
import { packageName } from "../../python/name.ts";
import { MemoryStore } from "../../store/memory-store.ts";
import { advise } from "../advise.ts";

const moment = Date.parse("2026-06-10T00:00:00Z");
const week: CoolDown = { periodMs: 7 * 86_400_000, period: "7d", where: "thoth.toml:2" };
const none: CoolDown = { periodMs: 0, period: "0", where: "thoth.toml:3" };
const a = packageName("a");

/** `a` 1, which is old, and 2, which came two days ago. */
function store(): MemoryStore {
  return new MemoryStore()
    .add("a==1", { uploadedAt: "2026-01-01T00:00:00Z" })
    .add("a==2", { uploadedAt: "2026-06-08T12:00:00Z" });
}

function held(
  demands: readonly string[],
  settings: Partial<AdviceSettings> = {},
  policy: Partial<Policy> = {},
): Project {
  const coolDowns = { all: week, packages: new Map() };
  const whole = { ...noPolicy, coolDowns, ...policy };
  return {
    ...project(...demands),
    settings: { ...noSettings, moment, policy: whole, ...settings },
  };
}

function known(text: string, ...matches: readonly AdvisoryMatch[]): MemoryStore {
  const made = store();
  made.known = new Map([[text, matches]]);
  return made;
}

test("a release younger than the cool-down is passed over, and the reason says until when", () => {
  expect(resolved(store(), held(["a"]))).toBe("locked: a==1");
  const { notNewest } = locked(advise(contextOf(store(), held(["a"])), { verify: false }));
  expect(notNewest.get(a)).toEqual({
    newest: "2",
    reason:
      "2 was uploaded on 2026-06-08T12:00:00Z, within the cool-down of 7d (thoth.toml:2); eligible on 2026-06-15T12:00:00Z",
  });
});

test("a pin of the Pipfile has to wait, too; what the old lock has stays", () => {
  expect(resolved(store(), held(["a==2"]))).toMatch(/^unsatisfiable/);
  expect(resolved(store(), held(["a==2"], { locked: new Map([[a, "2"]]) }))).toBe("locked: a==2");
});

test("a period of one package comes before that of all", () => {
  const coolDowns = { all: week, packages: new Map([[a, none]]) };
  expect(resolved(store(), held(["a"], {}, { coolDowns }))).toBe("locked: a==2");
});

test("a release without a time of upload waits, unless unknown ages are allowed", () => {
  const undated = store().add("a==3");
  expect(resolved(undated, held(["a"]))).toBe("locked: a==1");
  expect(resolved(undated, held(["a"], {}, { unknownAge: "allow" }))).toBe("locked: a==3");
});

test("switched off, the sieve counts no ages", () => {
  expect(resolved(store(), held(["a"], { blockedUnits: new Set(["cool-down"]) }))).toBe(
    "locked: a==2",
  );
});

test("the first release that mends an advisory of what would be chosen instead is let through", () => {
  const made = known("a==1", advisory("CVE-2026-1", { fixed: ["2"] }));
  const product = locked(advise(contextOf(made, held(["a"])), { verify: false }));

  expect(product.pins.get(a)?.release.version).toBe("2");
  expect(product.justifications).toContainEqual({
    type: "WARNING",
    message: "a 2 is younger than the cool-down: it mends CVE-2026-1, which 1 is affected by",
    package: a,
    unit: "cool-down-exemption",
  });
});

test.each([
  ["that another release mends first", advisory("CVE-2026-1", { fixed: ["1.5"] })],
  ["that nothing mends", advisory("CVE-2026-1")],
  ["that is low", advisory("CVE-2026-1", { fixed: ["2"], severity: { rank: "LOW" } })],
])("an advisory %s lets no young release through", (_rule, match) => {
  expect(resolved(known("a==1", match), held(["a"]))).toBe("locked: a==1");
});

test("an accepted advisory lets no young release through, and counts against none", () => {
  const made = known("a==1", advisory("CVE-2026-1", { fixed: ["2"] }));
  const acceptedAdvisories = [
    {
      id: "CVE-2026-1",
      package: a,
      reason: "not reached",
      until: undefined,
      where: "thoth.toml:5",
    },
  ];
  const product = locked(
    advise(contextOf(made, held(["a"], { acceptedAdvisories })), { verify: false }),
  );

  expect(product.pins.get(a)?.release.version).toBe("1");
  expect(product.justifications).toEqual([]);
});

test("files that are too young are in no lock, where older ones of the release do", () => {
  const made = store();
  const page = made.page(a, contextOf(made, ["a"]).project.indexes[0]);
  const [file] = page?.releases.find(({ version }) => version === "1")?.files ?? [];
  if (page === undefined || file === undefined) throw new Error("no page");
  const young = { ...file, filename: "a-1.tar.gz", uploadedAt: "2026-06-09T00:00:00Z" };
  made.putPage({
    ...page,
    validators: {},
    releases: [{ version: "1", files: [{ ...file, url: "https://files.example/a" }, young] }],
  });
  const product = locked(advise(contextOf(made, held(["a"])), { verify: false }));

  expect(product.pins.get(a)?.files.map(({ filename }) => filename)).toEqual([file.filename]);
});
