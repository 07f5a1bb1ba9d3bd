import { type AdviceSettings, noSettings } from "../model/advice-settings.ts";
import { meantEnvironment } from "../model/declared-environment.ts";
import type { AcceptedAdvisory } from "../model/policy.ts";
import type { Prescriptions } from "../model/prescription.ts";
import { packageName } from "../python/name.ts";
import { lockedVersions } from "../python/pipfile-lock.ts";
import { ThothError } from "../util/errors.ts";
import { momentText } from "../util/moment.ts";
import type { Services } from "../wiring.ts";
import { blockedUnits } from "./blocked-units.ts";
import type { IndexSources } from "./index-sources.ts";
import { judgedUpdate } from "./judged-update.ts";
import { lockHash } from "./lock-hash.ts";
import type { Manifest } from "./manifest.ts";
import { projectPolicy } from "./project-policy.ts";

/** What settings of a project refer to. */
interface Origins {
  readonly sources: IndexSources;
  readonly prescriptions: Prescriptions | undefined;
}

/** What the configuration, the files of the project and the command line set for its advice. */
export function adviceSettings(
  manifest: Manifest,
  services: Services,
  { sources, prescriptions }: Origins,
): AdviceSettings {
  const { asOf, update } = services.configuration;
  const moment = momentOfAdvice(services);
  const { policy, accepted, rules } = projectPolicy(manifest, services, { sources, moment });
  return {
    ...noSettings,
    asOf,
    moment,
    policy,
    rules,
    acceptedAdvisories: [...accepted, ...allowedByLabel(services)],
    blockedUnits: blockedUnits(
      services.configuration.blockedUnits,
      prescriptions,
      services.configuration.blockedBy,
    ),
    ...blockedBy(services),
    takePseudonyms: services.configuration.pseudonyms,
    ...(prescriptions === undefined ? {} : { prescriptions }),
    labels: labelsOf(services),
    prereleasesOf: new Set([
      ...manifest.pipfile.settings.allowPrereleasesOf,
      ...services.configuration.prereleasesOf.map(packageName),
    ]),
    lockIsOfOtherPipfile: () => isOfOtherPipfile(manifest, sources),
    locked: lockedVersions(manifest.lock),
    update: update === undefined ? undefined : judgedUpdate(update),
  };
}

function blockedBy({ configuration }: Services): Pick<AdviceSettings, "blockedBy"> {
  return configuration.blockedBy === undefined ? {} : { blockedBy: configuration.blockedBy };
}

/** Those of the runtime environment, and those of the run, which come first. */
function labelsOf({ configuration }: Services): ReadonlyMap<string, string> {
  return new Map([...(meantEnvironment(configuration)?.labels ?? []), ...configuration.labels]);
}

/** The original's label `allow-cve=CVE-2024-1,GHSA-…`: advisories that are known and accepted. */
function allowedByLabel(services: Services): readonly AcceptedAdvisory[] {
  const where = "label allow-cve";
  const ids =
    labelsOf(services)
      .get("allow-cve")
      ?.split(/[,;\s]+/) ?? [];
  return ids
    .filter((id) => id !== "")
    .map((id) => ({
      ...{ id: id.toUpperCase(), package: undefined, reason: where },
      ...{ until: undefined, where },
    }));
}

/** Nobody knows yet what will be uploaded. */
function momentOfAdvice({ configuration, now }: Services): number {
  const { asOf } = configuration;
  const present = now();
  if (asOf === undefined) return present;
  if (asOf <= present) return asOf;
  throw new ThothError(
    "usage",
    `--as-of names a moment that is still to come: ${momentText(asOf)}`,
    {
      hint: "a day counts from its first moment, UTC; without --as-of advice is of now",
    },
  );
}

function isOfOtherPipfile(
  { lock, text }: Manifest,
  { defaultUrl }: IndexSources,
): boolean | undefined {
  const hash = lock?.meta.sha256;
  return hash === undefined ? undefined : hash !== lockHash(text, defaultUrl);
}
