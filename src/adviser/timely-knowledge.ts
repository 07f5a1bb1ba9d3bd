import type { AdviceSettings } from "../model/advice-settings.ts";
import type { AdvisoryMatch } from "../model/advisory.ts";
import type {
  FileDetails,
  FileFacts,
  Knowledge,
  ReleaseFacts,
  ReleaseList,
} from "../model/knowledge.ts";
import { releaseIn } from "../model/knowledge.ts";
import type { IndexUrl, Release } from "../model/release.ts";
import { chooseFile } from "../python/file-choice.ts";
import type { PackageName } from "../python/name.ts";
import { momentText } from "../util/moment.ts";
import { counts } from "./accepted-advisories.ts";
import type { AdviceContext } from "./context.ts";
import { KnowledgeView } from "./knowledge-view.ts";
import { type AgeLimit, ageLimits, asOfUnit, coolDownUnit, uploadTime } from "./release-age.ts";
import { mendedBy } from "./security-exemption.ts";

/** What ages make of a release. */
export interface Timeliness {
  /** Those of its files that count; all where the release is withheld as a whole. */
  readonly files: readonly FileFacts[];
  /** Why none counts that the runtime could take. */
  readonly withheld?: {
    readonly unit: AgeLimit["unit"];
    readonly reason: string;
    /** When the file was uploaded that the runtime would take, ms; undefined: nobody knows. */
    readonly uploadedAt: number | undefined;
  };
  /** It is younger than the cool-down, and is taken for what it mends, in words. */
  readonly exempt?: string;
}

/** Why a unit that counts ages has a release withheld; undefined: it has not. */
export function withheldBy(
  unit: AgeLimit["unit"],
  release: Release,
  knowledge: Knowledge,
): string | undefined {
  if (!(knowledge instanceof TimelyKnowledge)) return undefined;
  const withheld = knowledge.timeliness(release)?.withheld;
  return withheld?.unit === unit ? withheld.reason : undefined;
}

/** Whether a listed release was not there yet at the moment that the advice is of. */
export function isYetToCome(list: ReleaseList, position: number): boolean {
  return list instanceof TimelyList && list.isYetToCome(position);
}

/** The context as its settings have it: files that came too late are out, accepted advisories, too. */
export function timelyContext(context: AdviceContext): AdviceContext {
  const { knowledge, project } = context;
  if (knowledge instanceof TimelyKnowledge || !isNeeded(project.settings)) return context;
  return { ...context, knowledge: new TimelyKnowledge(context) };
}

function isNeeded(settings: AdviceSettings | undefined): settings is AdviceSettings {
  if (settings === undefined) return false;
  const { asOf, policy, acceptedAdvisories } = settings;
  const { all, packages } = policy.coolDowns;
  return (
    asOf !== undefined || all !== undefined || packages.size > 0 || acceptedAdvisories.length > 0
  );
}

/**
 * What is known, as of a moment and under a policy: files uploaded too late are not listed, and
 * advisories that were not out yet, or that somebody accepted, are not known.
 */
export class TimelyKnowledge extends KnowledgeView {
  readonly #context: AdviceContext;
  readonly #aging = new Map<string, Timeliness>();
  readonly #judged = new Map<string, Timeliness>();

  constructor(context: AdviceContext) {
    super(context.knowledge);
    this.#context = context;
  }

  override releases(name: PackageName, index: IndexUrl): ReleaseList | undefined {
    const list = this.whole.releases(name, index);
    if (list === undefined || list.absent !== undefined) return list;
    if (ageLimits(this.#context.project.settings, name).length === 0) return list;
    return new TimelyList(list, (facts) => this.#judge(releaseOf(list, facts), facts));
  }

  override details(release: Release): readonly FileDetails[] | undefined {
    const details = this.whole.details(release);
    const timely = details === undefined ? undefined : this.timeliness(release);
    if (timely === undefined || timely.withheld !== undefined) return details;
    return details?.filter(({ filename }) =>
      timely.files.some((file) => file.filename === filename),
    );
  }

  override advisories(name: PackageName, version: string): readonly AdvisoryMatch[] | undefined {
    const known = this.whole.advisories(name, version);
    const { settings } = this.#context.project;
    if (known === undefined || known.length === 0 || settings === undefined) return known;
    return known.filter((advisory) => counts(advisory, name, settings));
  }

  /** What ages make of a release; undefined: none are asked for, or it is not listed. */
  timeliness(release: Release): Timeliness | undefined {
    const { name, index, version } = release;
    if (ageLimits(this.#context.project.settings, name).length === 0) return undefined;
    const known = this.#judged.get(keyOf(release));
    if (known !== undefined) return known;
    const facts = releaseIn(this.whole.releases(name, index), version);
    return facts === undefined ? undefined : this.#judge(release, facts);
  }

  #judge(release: Release, facts: ReleaseFacts): Timeliness {
    const key = keyOf(release);
    const known = this.#judged.get(key);
    if (known !== undefined) return known;
    const judged = this.#mended(release, facts, this.#aged(release, facts));
    this.#judged.set(key, judged);
    return judged;
  }

  /** A release that the cool-down withholds is let through where it is the fix that is waited for. */
  #mended(release: Release, facts: ReleaseFacts, aged: Timeliness): Timeliness {
    if (aged.withheld?.unit !== coolDownUnit) return aged;
    const list = this.whole.releases(release.name, release.index);
    if (list === undefined) return aged;
    const exempt = mendedBy(release, {
      list,
      context: { ...this.#context, knowledge: this },
      isOld: (older) => {
        const { withheld, files } = this.#aged(releaseOf(list, older), older);
        return withheld === undefined && this.#usable(older, files);
      },
    });
    return exempt === undefined ? aged : { files: facts.files, exempt };
  }

  #aged(release: Release, facts: ReleaseFacts): Timeliness {
    const key = keyOf(release);
    const known = this.#aging.get(key);
    if (known !== undefined) return known;
    const aged = this.#age(release, facts);
    this.#aging.set(key, aged);
    return aged;
  }

  #age(release: Release, facts: ReleaseFacts): Timeliness {
    const { settings } = this.#context.project;
    const details = this.whole.details(release) ?? [];
    const uploads = new Map(details.map((file) => [file.filename, uploadTime(file)]));
    const keepsUndated = settings?.policy.unknownAge === "allow";
    let { files } = facts;
    for (const limit of ageLimits(settings, release.name)) {
      const isLocked = settings?.locked.get(release.name) === release.version;
      if (limit.unit === coolDownUnit && isLocked) continue;
      const timely = files.filter(({ filename }) => {
        const time = uploads.get(filename);
        return time === undefined ? keepsUndated : time <= limit.until;
      });
      if (timely.length === files.length) continue;
      const wasThere = limit.unit === coolDownUnit || timely.length > 0;
      if (!wasThere || (this.#usable(facts, files) && !this.#usable(facts, timely))) {
        const uploadedAt = uploads.get(this.#chosen(facts, facts.files) ?? "");
        const reason = lateReason(limit, uploadedAt);
        return { files, withheld: { unit: limit.unit, reason, uploadedAt } };
      }
      files = timely;
    }
    return { files };
  }

  #usable(facts: ReleaseFacts, files: readonly FileFacts[]): boolean {
    return this.#chosen(facts, files) !== undefined;
  }

  #chosen(facts: ReleaseFacts, files: readonly FileFacts[]): string | undefined {
    const { runtime, ranks } = this.#context;
    const choice = chooseFile({ ...facts, files }, runtime.pythonFull, ranks);
    return "file" in choice ? choice.file.filename : undefined;
  }
}

/** A list whose releases have the files only that count. */
class TimelyList implements ReleaseList {
  readonly #list: ReleaseList;
  readonly #judge: (facts: ReleaseFacts) => Timeliness;

  constructor(list: ReleaseList, judge: (facts: ReleaseFacts) => Timeliness) {
    this.#list = list;
    this.#judge = judge;
  }

  get name() {
    return this.#list.name;
  }

  get index() {
    return this.#list.index;
  }

  get checkedAt() {
    return this.#list.checkedAt;
  }

  get count() {
    return this.#list.count;
  }

  release(position: number): ReleaseFacts {
    const facts = this.#list.release(position);
    const { files } = this.#judge(facts);
    return files.length === facts.files.length ? facts : { ...facts, files };
  }

  isYetToCome(position: number): boolean {
    return this.#judge(this.#list.release(position)).withheld?.unit === asOfUnit;
  }

  version(position: number): string {
    return this.#list.version(position);
  }

  python(position: number): string | undefined {
    return this.#list.python(position);
  }
}

function lateReason({ unit, rule, periodMs }: AgeLimit, time: number | undefined): string {
  if (unit === coolDownUnit) {
    if (time === undefined)
      return `tells no time of upload, so nobody knows whether it is older than the cool-down of ${rule}`;
    return `was uploaded on ${momentText(time)}, within the cool-down of ${rule}; eligible on ${momentText(time + periodMs)}`;
  }
  return time === undefined
    ? `tells no time of upload, so nobody knows whether it was there on ${rule}`
    : `was uploaded later than ${rule}`;
}

function releaseOf({ name, index }: ReleaseList, { version }: ReleaseFacts): Release {
  return { name, index, version };
}

function keyOf({ name, version, index }: Release): string {
  return `${index} ${name} ${version}`;
}
