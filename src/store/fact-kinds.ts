import type { AttestationFact } from "../model/attestation.ts";
import type {
  InstalledFact,
  MetadataFact,
  PerformanceFact,
  SourceFact,
} from "../model/knowledge.ts";
import type { AboutFact } from "../model/package-fact.ts";
import type { SecurityFact } from "../model/security-fact.ts";
import { isRecord } from "../util/json.ts";
import { asciiJson } from "./ascii-json.ts";
import type { FactKind } from "./facts-table.ts";

/** Core metadata by version and file name. */
export const metadataFacts: FactKind<MetadataFact> = {
  kind: "metadata",
  is: (value): value is MetadataFact =>
    isObserved(value) && (value["state"] === "failed" || isTextList(value["requires"])),
  // What a file says of itself does not change: no failure to read it takes that back, be it later
  // or learnt on another machine.
  prefer: (known, learnt) => {
    if (saysItself(known) && learnt.state === "failed") return known;
    if (saysItself(learnt) && known.state === "failed") return learnt;
    return newer(known, learnt);
  },
};

/** Installation on one runtime by version. */
export const installedFacts: FactKind<InstalledFact> = {
  kind: "installed",
  is: (value): value is InstalledFact => isObserved(value) && isTextList(value["modules"]),
  // Beside what a release does not import is no less true once it did beside something else.
  prefer: (known, learnt) => {
    const last = newer(known, learnt);
    const apart = new Map(
      [...(known.apartFrom ?? []), ...(learnt.apartFrom ?? [])].map((one) => [asciiJson(one), one]),
    );
    if (apart.size === (last.apartFrom?.length ?? 0)) return last;
    return { ...last, apartFrom: [...apart.keys()].sort().flatMap((key) => apart.get(key) ?? []) };
  },
};

/** Security indicators by version and file name. */
export const securityFacts: FactKind<SecurityFact> = {
  kind: "security",
  is: (value): value is SecurityFact =>
    isObserved(value) &&
    typeof value["filename"] === "string" &&
    isRecord(value["tools"]) &&
    isRecord(value["counts"]) &&
    Array.isArray(value["findings"]) &&
    Array.isArray(value["alarms"]),
  prefer: newer,
};

const keptInspections = 100;

/** Inspections by version and runtime. */
export const performanceFacts: FactKind<PerformanceFact> = {
  kind: "performance",
  is: (value): value is PerformanceFact => {
    const inspections = isObserved(value) ? value["inspections"] : undefined;
    return Array.isArray(inspections) && inspections.every(isInspected);
  },
  // Inspections of one release, by whomever, are kept side by side: the last of them, newest first.
  prefer: (known, learnt) => {
    const byId = new Map(known.inspections.map((one) => [one.inspection, one]));
    for (const one of learnt.inspections) {
      const before = byId.get(one.inspection);
      if (before === undefined || one.observedAt >= before.observedAt)
        byId.set(one.inspection, one);
    }
    const inspections = [...byId.values()].sort(newestFirst).slice(0, keptInspections);
    if (asciiJson(inspections) === asciiJson(known.inspections)) return known;
    return { inspections, observedAt: inspections[0]?.observedAt ?? learnt.observedAt };
  },
};

/** What is said of a package beside its releases, by who says it. */
export const aboutFacts: FactKind<AboutFact> = {
  kind: "about",
  is: (value): value is AboutFact =>
    isObserved(value) &&
    (value["from"] === "repository" ||
      (value["from"] === "index" &&
        [value["classifiers"], value["licenseFiles"], value["links"]].every(isTextList))),
  prefer: newer,
};

/** What attestations say, by version and sha256 of the file. */
export const attestationFacts: FactKind<AttestationFact> = {
  kind: "attestations",
  is: (value): value is AttestationFact =>
    isObserved(value) && Array.isArray(value["publishers"]) && isTextList(value["predicates"]),
  // Reading once more without verifying takes nothing back
  prefer: (known, learnt) => {
    const stays = known.verifiedWith !== undefined && learnt.verifiedWith === undefined;
    return stays && saidOf(known) === saidOf(learnt) ? known : newer(known, learnt);
  },
};

/** One direct source by its key. */
export const sourceFacts: FactKind<SourceFact> = {
  kind: "source",
  is: (value): value is SourceFact => isObserved(value) && isTextList(value["requires"]),
  prefer: newer,
};

function saidOf({ problem, publishers, predicates }: AttestationFact): string {
  return asciiJson([problem ?? "", publishers, predicates]);
}

function saysItself(fact: MetadataFact): boolean {
  return fact.state === "known" && fact.runtime === undefined;
}

function newer<Fact extends { readonly observedAt: string }>(known: Fact, learnt: Fact): Fact {
  return learnt.observedAt >= known.observedAt ? learnt : known;
}

type Inspected = PerformanceFact["inspections"][number];

function newestFirst(one: Inspected, other: Inspected): number {
  const [a, b] = [one, other].map(({ observedAt, inspection }) => `${observedAt} ${inspection}`);
  return a === b ? 0 : (a ?? "") < (b ?? "") ? 1 : -1;
}

function isInspected(value: unknown): boolean {
  return isObserved(value) && typeof value["inspection"] === "string";
}

function isObserved(value: unknown): value is Readonly<Record<string, unknown>> {
  return isRecord(value) && typeof value["observedAt"] === "string";
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}
