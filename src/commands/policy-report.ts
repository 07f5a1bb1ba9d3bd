import { acceptedBy } from "../adviser/accepted-advisories.ts";
import type { AdviceContext } from "../adviser/context.ts";
import { TimelyKnowledge } from "../adviser/timely-knowledge.ts";
import { heldBackBy, nextEligible } from "../adviser/waiting.ts";
import { adviceContext } from "../loop/advice-context.ts";
import type { AdviceQuestion } from "../loop/advice-question.ts";
import type { Advice, Pin } from "../model/advice.ts";
import type { AdviceReport } from "../model/advice-report.ts";
import type { ReleaseList } from "../model/knowledge.ts";
import {
  type AcceptedAdvisory,
  type FailOn,
  hasCoolDown,
  hasLicensePolicy,
} from "../model/policy.ts";
import type { FailOnReport, IgnoredAdvisory, PolicyReport } from "../model/policy-report.ts";
import { listed } from "../reports/wording.ts";
import { fails } from "./fail-on.ts";

/** What the policy made of an advice, and what there is to be said of the policy. */
export interface PolicyOutcome {
  /** Undefined: the project has none that could show. */
  readonly report: PolicyReport | undefined;
  readonly warnings: AdviceReport["warnings"];
  /** Until when the same question has the same answer, ms; undefined: ages do not limit that. */
  readonly validUntil: number | undefined;
}

const nothing: PolicyOutcome = { report: undefined, warnings: [], validUntil: undefined };

/** The outcome of a question's policy. */
export function policyOutcome(
  question: AdviceQuestion,
  advice: Advice,
  {
    consulted,
    failOn,
  }: {
    readonly consulted: readonly ReleaseList[];
    /** Of the command line; undefined: the policy decides. */
    readonly failOn: FailOn | undefined;
  },
): PolicyOutcome {
  const { settings } = question.project;
  if (settings === undefined) return nothing;
  const { policy, acceptedAdvisories, asOf } = settings;
  const cooled = hasCoolDown(policy);
  const severity = failOn ?? policy.failOn;
  const remarked = acceptedAdvisories.length + policy.expired.length > 0;
  const licensed = hasLicensePolicy(policy);
  const isTold = cooled || remarked || asOf !== undefined || severity !== undefined;
  if (!isTold && !licensed) return nothing;
  const context = adviceContext(question);
  const pins = pinsOf(advice);
  const ignored = ignoredAdvisories(pins, acceptedAdvisories, context);
  const heldBack = cooled ? heldBackBy(pins, context) : [];
  const failOnReport = severity === undefined ? {} : { failOn: failing(pins, severity, context) };
  return {
    report: isTold ? { heldBack, ignored, ...failOnReport } : undefined,
    warnings: [
      ...policy.expired.map(expiredWarning),
      ...(advice.outcome === "locked" ? staleWarnings(acceptedAdvisories, ignored, context) : []),
      ...asOfWarnings(asOf),
      ...(licensed ? unlearntWarnings(pins, context) : []),
    ],
    validUntil: cooled && asOf === undefined ? nextEligible(consulted, context) : undefined,
  };
}

function pinsOf(advice: Advice): ReadonlyMap<Pin["release"]["name"], Pin> {
  if (advice.outcome === "locked") return advice.product.pins;
  return advice.outcome === "incomplete" ? advice.best.pins : new Map();
}

function ignoredAdvisories(
  pins: ReturnType<typeof pinsOf>,
  accepted: readonly AcceptedAdvisory[],
  { knowledge }: AdviceContext,
): readonly IgnoredAdvisory[] {
  if (accepted.length === 0) return [];
  return [...pins.values()].flatMap(({ release: { name, version } }) =>
    (knowledge.advisories(name, version) ?? []).flatMap((advisory) => {
      const by = acceptedBy(advisory, name, accepted);
      if (by === undefined) return [];
      const { reason, until, where } = by;
      const shared = { id: by.id, package: name, version, reason, where };
      return [until === undefined ? shared : { ...shared, until }];
    }),
  );
}

function failing(
  pins: ReturnType<typeof pinsOf>,
  severity: FailOn,
  context: AdviceContext,
): FailOnReport {
  const knowledge = new TimelyKnowledge(context);
  const advisories = [...pins.values()].flatMap(({ release: { name, version }, source }) =>
    (source === undefined ? (knowledge.advisories(name, version) ?? []) : [])
      .filter((advisory) => fails(advisory, severity))
      .map(({ id, severity: { rank } }) => ({ id, package: name, version, rank })),
  );
  return { severity, known: knowledge.advisoryDatabase() !== undefined, advisories };
}

function expiredWarning({ id, until = "", where }: AcceptedAdvisory) {
  return {
    message: `${where}: the ignore of ${id} expired on ${until} and no longer counts`,
    hint: "take it out, or decide anew and set another day",
  };
}

/** Who accepts what is not there any more would accept it unseen if it came back. */
function staleWarnings(
  accepted: readonly AcceptedAdvisory[],
  ignored: readonly IgnoredAdvisory[],
  { knowledge }: AdviceContext,
): AdviceReport["warnings"] {
  if (knowledge.advisoryDatabase() === undefined) return [];
  const used = new Set(ignored.map(({ where }) => where));
  return accepted
    .filter(({ where }) => !used.has(where))
    .map(({ id, where }) => ({
      message: `${where}: the ignore of ${id} matches no release of the stack`,
      hint: "take it out: it is needed no more",
    }));
}

/** What a policy lets through that only denies is not thereby known to be fine. */
function unlearntWarnings(
  pins: ReturnType<typeof pinsOf>,
  { knowledge }: AdviceContext,
): AdviceReport["warnings"] {
  const names = [...pins.values()].flatMap(({ release: { name, index }, source }) =>
    source !== undefined || knowledge.about(name, index) === undefined ? [name] : [],
  );
  if (names.length === 0) return [];
  return [
    {
      message: `the policy on licences was not held against ${listed(names.sort(), mostNamed)}: their licences are not known here`,
      hint: "`thoth advise` without --offline learns those of packages that an index has",
    },
  ];
}

const mostNamed = 5;

function asOfWarnings(asOf: number | undefined): AdviceReport["warnings"] {
  if (asOf === undefined) return [];
  return [
    {
      message:
        "--as-of: releases and advisories are as of that moment; whether a release is yanked, and what was withdrawn since, is as of today",
    },
  ];
}
