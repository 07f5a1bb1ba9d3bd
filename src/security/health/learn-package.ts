import type { PackageFact } from "../../model/package-fact.ts";
import type { IndexClient } from "../../package-index/index-client.ts";
import type { IndexSource } from "../../package-index/index-source.ts";
import { type CoreMetadata, readCoreMetadata } from "../../python/metadata.ts";
import type { PackageName } from "../../python/name.ts";
import type { KnowledgeStore } from "../../store/store.ts";
import { ThothError } from "../../util/errors.ts";
import { isRecord } from "../../util/json.ts";
import { type PastRelease, releaseHistory } from "./history.ts";

export interface HealthLearning {
  readonly client: IndexClient;
  readonly store: KnowledgeStore;
  readonly signal: AbortSignal;
  /** ms since the epoch. */
  readonly now: () => number;
}

/** What the metadata of one file says. */
type Said = Omit<PackageFact, "from" | "organization" | "people" | "observedAt">;
/** What only the index knows. */
type Owners = Pick<PackageFact, "organization" | "people">;

// Foreign texts are kept no longer than anybody reads them.
const longestText = 300;
const mostTexts = 200;
// Metadata of a wheel is read from its end; a source distribution has to be fetched whole.
const largestSdist = 50e6;

/**
 * Learns what the newest release's metadata and the index's project page say of a package, whose
 * releases must be known. Metadata of a file never changes, and is asked for twice only `anew`.
 */
export async function learnPackage(
  learning: HealthLearning,
  source: IndexSource,
  { name, anew }: { readonly name: PackageName; readonly anew: boolean },
): Promise<void> {
  const { store, now } = learning;
  const { latest } = releaseHistory(store.page(name, source.url)?.releases ?? []);
  const [said, owners] = await Promise.all([
    saidBy(learning, source, { name, latest, anew }),
    ownersOf(learning, source, name),
  ]);
  const observedAt = new Date(now()).toISOString();
  store.putAbout(name, source.url, { ...said, ...owners, from: "index", observedAt });
}

interface Described {
  readonly name: PackageName;
  readonly latest: PastRelease | undefined;
  readonly anew: boolean;
}

async function saidBy(
  { client, store, signal }: HealthLearning,
  source: IndexSource,
  { name, latest, anew }: Described,
): Promise<Said> {
  const file = latest === undefined ? undefined : describingFile(latest);
  if (latest === undefined || file === undefined) return nothing("the index lists no release");
  if (!file.filename.endsWith(".whl") && (file.size ?? 0) > largestSdist) {
    return nothing(`${file.filename} is too large to be fetched for its metadata alone`);
  }
  const known = anew ? undefined : store.about(name, source.url);
  if (known?.version === latest.version && known.filename === file.filename) {
    const { from: _from, organization: _organization, people: _people, ...said } = known;
    return said;
  }
  try {
    const read = await client.metadata(source, file, name, signal);
    if (read.kind !== "metadata") return nothing(`${file.filename}: ${read.reason}`);
    return saidInMetadata(readCoreMetadata(read.text), latest.version, file.filename);
  } catch (error) {
    if (!(error instanceof ThothError) || error.code !== "hash-mismatch") throw error;
    return nothing(error.message);
  }
}

/** The smallest wheel, whose metadata is had for little; else the smallest source distribution. */
function describingFile({ files }: PastRelease): PastRelease["files"][number] | undefined {
  const bySize = [...files].sort((one, other) => (one.size ?? 0) - (other.size ?? 0));
  return bySize.find(({ filename }) => filename.endsWith(".whl")) ?? bySize[0];
}

function nothing(problem: string): Said {
  return { problem: clipped(problem), licenseFiles: [], classifiers: [], links: [] };
}

function saidInMetadata(core: CoreMetadata, version: string, filename: string): Said {
  const { licenseExpression, license, requiresPython, homePage, downloadUrl, projectUrls } = core;
  const older = [
    ...(homePage === undefined ? [] : [`Homepage, ${homePage}`]),
    ...(downloadUrl === undefined ? [] : [`Download, ${downloadUrl}`]),
  ];
  return {
    version,
    filename,
    ...(licenseExpression === undefined ? {} : { licenseExpression: clipped(licenseExpression) }),
    ...(license === undefined ? {} : { license: clipped(license) }),
    ...(requiresPython === undefined ? {} : { requiresPython: clipped(requiresPython) }),
    licenseFiles: bounded(core.licenseFiles),
    classifiers: bounded(core.classifiers),
    links: bounded([...projectUrls, ...older]),
  };
}

/** The project page of a warehouse-like index, `…/pypi/NAME/json` beside `…/simple`. */
async function ownersOf(
  { client, signal }: HealthLearning,
  source: IndexSource,
  name: PackageName,
): Promise<Owners> {
  if (!/[/]simple$/.test(source.url)) return {};
  const url = source.url.replace(/simple$/, `pypi/${name}/json`);
  const answer = await client.document({ url, access: { source } }, signal).catch(unavailable);
  const ownership = answer?.kind === "document" ? memberOf(answer.value, "ownership") : undefined;
  const organization = memberOf(ownership, "organization");
  const roles = memberOf(ownership, "roles");
  const users = Array.isArray(roles) ? roles.map((role) => memberOf(role, "user")) : undefined;
  const people = users?.filter((user) => typeof user === "string");
  return {
    ...(typeof organization === "string" && organization !== ""
      ? { organization: clipped(organization) }
      : {}),
    ...(people === undefined ? {} : { people: bounded([...new Set(people)].sort()) }),
  };
}

/** Few indexes have such a page, and one that errs over it may still be right about releases. */
function unavailable(error: unknown): undefined {
  if (error instanceof ThothError && error.code.startsWith("index-")) return undefined;
  throw error;
}

function memberOf(value: unknown, key: string): unknown {
  return isRecord(value) ? value[key] : undefined;
}

function bounded(texts: readonly string[]): readonly string[] {
  return texts.slice(0, mostTexts).map(clipped);
}

function clipped(text: string): string {
  return text.slice(0, longestText);
}
