import type { AdviceSettings } from "../model/advice-settings.ts";
import type { AdvisoryMatch } from "../model/advisory.ts";
import type { AcceptedAdvisory } from "../model/policy.ts";
import type { PackageName } from "../python/name.ts";
import { momentOf } from "../util/moment.ts";

/** Whether an advisory has a say: it was out by the moment of the advice, and nobody accepted it. */
export function counts(
  advisory: AdvisoryMatch,
  name: PackageName,
  { asOf, acceptedAdvisories }: Pick<AdviceSettings, "asOf" | "acceptedAdvisories">,
): boolean {
  if (advisory.kind === "malware") return true;
  const published = asOf === undefined ? undefined : momentOf(advisory.published);
  if (asOf !== undefined && published !== undefined && published > asOf) return false;
  return acceptedBy(advisory, name, acceptedAdvisories) === undefined;
}

/** Who accepted an advisory of a package, by any of its names; undefined: nobody did, or it is malware. */
export function acceptedBy(
  { id, aliases, kind }: AdvisoryMatch,
  name: PackageName,
  accepted: readonly AcceptedAdvisory[],
): AcceptedAdvisory | undefined {
  if (kind === "malware" || accepted.length === 0) return undefined;
  const names = new Set([id, ...aliases].map((one) => one.toUpperCase()));
  return accepted.find(
    (one) => names.has(one.id) && (one.package === undefined || one.package === name),
  );
}
