import { dirname, join, relative } from "node:path";
import type { Rule } from "../model/advice-settings.ts";
import { type AcceptedAdvisory, noPolicy, type Policy } from "../model/policy.ts";
import { type IndexUrl, indexUrl } from "../model/release.ts";
import { ThothError } from "../util/errors.ts";
import { momentText } from "../util/moment.ts";
import type { Services } from "../wiring.ts";
import type { IndexSources } from "./index-sources.ts";
import type { Manifest } from "./manifest.ts";
import { type NamedIndex, type PolicyFile, policyFileName, readPolicyFile } from "./policy-file.ts";

/** The policy of a project with the advisories that it accepts. */
export interface ProjectPolicy {
  readonly policy: Policy;
  readonly accepted: readonly AcceptedAdvisory[];
  readonly rules: readonly Rule[];
}

/**
 * What holds for a project: settings come before `thoth.toml`, which comes before the Pipfile's
 * `[pipenv] cool-down-period`. `moment`, ms, decides what has expired. Throws `bad-configuration`.
 */
export function projectPolicy(
  manifest: Pick<Manifest, "root" | "directory" | "pipfile">,
  { configuration }: Pick<Services, "configuration">,
  { sources, moment }: { readonly sources: IndexSources; readonly moment: number },
): ProjectPolicy {
  const { pipfile } = manifest;
  const file = policyFileOf(manifest);
  const { live, expired } = byExpiry(file?.ignores ?? [], moment);
  const policy: Policy = {
    coolDowns: coolDowns(file, pipfile, configuration),
    unknownAge: file?.unknownAge ?? noPolicy.unknownAge,
    yanked: file?.yanked ?? noPolicy.yanked,
    indexes: indexPolicy(file, sources),
    licenses: file?.licenses ?? noPolicy.licenses,
    failOn: file?.failOn,
    expired,
  };
  return { policy, accepted: live, rules: file?.rules ?? [] };
}

/** An overlay may have one of its own; else the project's holds for it, too. */
function policyFileOf({
  root,
  directory,
  pipfile,
}: Pick<Manifest, "root" | "directory" | "pipfile">): PolicyFile | undefined {
  const shown = dirname(pipfile.file);
  const own = readPolicyFile(directory, join(shown, policyFileName));
  if (own !== undefined || root === directory) return own;
  return readPolicyFile(root, join(shown, relative(directory, root), policyFileName));
}

/** Acceptances that still count at a moment, ms, and those that do not: the last day counts whole. */
export function byExpiry(
  ignores: readonly AcceptedAdvisory[],
  moment: number,
): { readonly live: readonly AcceptedAdvisory[]; readonly expired: readonly AcceptedAdvisory[] } {
  const today = momentText(moment).slice(0, 10);
  const isOver = ({ until }: AcceptedAdvisory) => until !== undefined && until < today;
  return { live: ignores.filter((one) => !isOver(one)), expired: ignores.filter(isOver) };
}

const dayMs = 86_400_000;

/** A period that the user sets for a run counts for all packages; exemptions are of the file. */
function coolDowns(
  file: PolicyFile | undefined,
  { file: pipfileName, settings }: Manifest["pipfile"],
  { coolDown }: Services["configuration"],
): Policy["coolDowns"] {
  if (coolDown !== undefined)
    return { all: { ...coolDown, where: "--cooldown" }, packages: new Map() };
  const { all, packages } = file?.coolDowns ?? noPolicy.coolDowns;
  const days = settings.coolDownDays;
  if (all !== undefined || days === undefined) return { all, packages };
  return { all: { periodMs: days * dayMs, period: `${days}d`, where: pipfileName }, packages };
}

/** A package can only come from an index that is asked, and that is allowed. */
function indexPolicy(file: PolicyFile | undefined, sources: IndexSources): Policy["indexes"] {
  const allowed = file?.indexes && new Set(file.indexes.map((one) => indexOf(one, sources)));
  if (allowed !== undefined && ![...sources.byUrl.keys()].some((index) => allowed.has(index)))
    throw new ThothError("bad-configuration", "`indexes` allows none of the project's indexes", {
      place: file?.indexes?.[0]?.place,
      hint: "name one of them, or take `indexes` out",
    });
  const packages = new Map(
    [...(file?.packageIndexes ?? [])].map(([name, one]) => {
      const index = indexOf(one, sources);
      const { text, place } = one;
      if (!sources.byUrl.has(index)) {
        throw new ThothError(
          "bad-configuration",
          `\`${text}\` is not among the project's indexes`,
          {
            place,
            hint: "name it in a [[source]] of the Pipfile, or pass --index-url",
          },
        );
      }
      if (allowed?.has(index) === false) {
        throw new ThothError(
          "bad-configuration",
          `\`${name}\` is to come from \`${text}\`, which \`indexes\` does not allow`,
          { place, hint: "add it to `indexes`, or take this line out" },
        );
      }
      return [name, index] as const;
    }),
  );
  return { allowed, packages };
}

function indexOf({ text, place }: NamedIndex, { byName }: IndexSources): IndexUrl {
  const named = byName.get(text);
  if (named !== undefined) return named;
  if (/^https?:\/\//i.test(text)) return indexUrl(text);
  const known = [...byName.keys()].map((name) => `\`${name}\``).join(", ");
  throw new ThothError("bad-configuration", `\`${text}\` is no index of the project`, {
    place,
    hint: known === "" ? "name an address" : `known are ${known}; an address will do, too`,
  });
}
