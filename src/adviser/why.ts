import type { StackGraph, StackNode } from "../model/stack-graph.ts";
import type { Absence, WhyAnswer, WhyNotVerdict } from "../model/why.ts";
import { verdictText } from "../model/why-text.ts";
import type { PackageName } from "../python/name.ts";
import { parseVersion } from "../python/version.ts";
import { exactPin } from "./requirements.ts";
import { demandsByTarget, pathsTo } from "./stack-graph.ts";
import { type LockedStack, WhyNot } from "./why-not.ts";

type Chosen = Pick<WhyAnswer, "rule" | "reason">;

/** Why a package is in a locked stack and at its version; undefined: it is not in it. */
export function whyIn(stack: LockedStack, name: PackageName): WhyAnswer | undefined {
  const { graph, context } = stack;
  const node = graph.nodes.get(name);
  if (node?.locked !== true) return undefined;
  const demands = demandsByTarget(graph).get(name) ?? [];
  return {
    node,
    paths: pathsTo(graph, name),
    demands: demands.map(({ by, text }) => ({ by, text })),
    ...chosen(stack, node),
    advisories:
      node.version === undefined ? undefined : context.knowledge.advisories(name, node.version),
    unsure: [...unsure(graph)],
  };
}

/** What a lock without a package has to do with it. */
export function absenceIn({ graph }: LockedStack, name: PackageName): Absence {
  const standIn = graph.lines.find(({ standsFor }) => standsFor === name);
  const [demand] = demandsByTarget(graph).get(name) ?? [];
  return {
    ...(standIn === undefined ? {} : { standIn }),
    ...(demand === undefined ? {} : { demand }),
  };
}

/** Locked releases of which nobody knows what they need, so that they may need anything. */
function unsure({ nodes }: StackGraph): readonly PackageName[] {
  const known = [...nodes.values()].filter(
    ({ locked, unknown }) => locked && unknown !== undefined,
  );
  return known.map(({ name }) => name);
}

function chosen(stack: LockedStack, { name, version }: StackNode): Chosen {
  const { requirements } = stack.context.project;
  const own = requirements.filter((one) => one.name === name);
  const source = own.find((one) => one.source !== undefined);
  const pinned = parseVersion(version ?? "");
  if (source !== undefined || pinned === undefined) {
    const where = source?.where ?? "the lock";
    return { rule: "direct-source", reason: `${where} takes it from a source, not from an index` };
  }
  const exact = own.find((one) => exactPin([one]) !== undefined);
  if (exact !== undefined)
    return { rule: "pinned", reason: `${exact.where} asks for exactly this: ${exact.specifier}` };
  const question = new WhyNot(stack, name);
  if (!question.isKnown) return { rule: "unknown", reason: "its releases are not known here" };
  const fitting = question.newestThatFits();
  if (fitting === undefined)
    return { rule: "unknown", reason: "today no release fits what the stack demands" };
  if (fitting.version.text !== pinned.text)
    return passedOver(
      question.verdictOn(fitting.version, false),
      fitting.version.text,
      version ?? "",
    );
  const [newest] = question.newer();
  if (newest === undefined)
    return { rule: "newest", reason: "it is the newest release that the index lists" };
  const told = `it is the newest that fits; ${verdictText(newest.version, newest.verdict)}`;
  return { rule: newest.verdict.rule, reason: told };
}

/** Why not the newest that all demands admit. */
function passedOver(verdict: WhyNotVerdict, fitting: string, version: string): Chosen {
  return { rule: verdict.rule, reason: `${verdictText(fitting, verdict)}, so ${version} stays` };
}
