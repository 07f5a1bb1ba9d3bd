import { homedir } from "node:os";
import type { IndexUrl } from "../model/release.ts";
import { type IndexSource, indexSource } from "../package-index/index-source.ts";
import { pipIndexUrl } from "../package-index/pip-configuration.ts";
import type { PipfileSource } from "../python/pipfile-sections.ts";
import { expandSourceUrl } from "../python/source-url.ts";
import { type Place, ThothError } from "../util/errors.ts";
import type { Services } from "../wiring.ts";
import { askPip } from "./ask-pip.ts";

/** The indexes of a project, in order of preference. */
export interface IndexSources {
  readonly byUrl: ReadonlyMap<IndexUrl, IndexSource>;
  readonly order: readonly [IndexUrl, ...IndexUrl[]];
  /** By the name that a [[source]] has. */
  readonly byName: ReadonlyMap<string, IndexUrl>;
  /** The address that pipenv would write where the Pipfile has no [[source]]; else undefined. */
  readonly defaultUrl: string | undefined;
}

/** What choosing indexes needs of the services. */
export type SourceServices = Pick<Services, "configuration" | "environment" | "signal">;

/**
 * Where releases come from: `--index-url` in place of all, else the Pipfile's sources, else the
 * index that pip is configured with. Throws `bad-configuration` where a `${VAR}` is not set.
 */
export async function indexSources(
  sources: readonly PipfileSource[],
  services: SourceServices,
): Promise<IndexSources> {
  const { configuration } = services;
  const defaultUrl = sources.length > 0 ? undefined : await defaultIndex(services);
  if (configuration.indexUrl !== undefined) {
    const only = sourceAt(
      { url: configuration.indexUrl, verifySsl: true, who: "--index-url" },
      services,
    );
    const byName = new Map(sources.map(({ name }) => [name, only.url] as const));
    return { byUrl: new Map([[only.url, only]]), order: [only.url], byName, defaultUrl };
  }
  if (defaultUrl !== undefined) {
    const only = sourceAt(
      { url: defaultUrl, verifySsl: true, who: "pip's configuration" },
      services,
    );
    return { byUrl: new Map([[only.url, only]]), order: [only.url], byName: new Map(), defaultUrl };
  }
  return named(sources, services);
}

function named(sources: readonly PipfileSource[], services: SourceServices): IndexSources {
  const byUrl = new Map<IndexUrl, IndexSource>();
  const byName = new Map<string, IndexUrl>();
  for (const { name, url, verifySsl, place } of sources) {
    const source = sourceAt({ url, verifySsl, who: `[[source]] \`${name}\``, place }, services);
    if (!byUrl.has(source.url)) byUrl.set(source.url, source);
    byName.set(name, source.url);
  }
  const [first, ...rest] = byUrl.keys();
  if (first === undefined) throw new Error("a project without any index");
  return { byUrl, order: [first, ...rest], byName, defaultUrl: undefined };
}

/** An address of an index as somebody wrote it. */
interface WrittenSource {
  readonly url: string;
  readonly verifySsl: boolean;
  readonly who: string;
  readonly place?: Place;
}

function sourceAt(
  { url, verifySsl, who, place }: WrittenSource,
  services: SourceServices,
): IndexSource {
  const expanded = expandSourceUrl(url, services.environment);
  const unset = /\$\{([^}]*)\}/.exec(expanded)?.[1];
  if (unset !== undefined) {
    throw new ThothError(
      "bad-configuration",
      `the index of ${who} needs the variable ${unset}, which is not set`,
      { place, hint: `set it (\`export ${unset}=…\`), or name an index with --index-url` },
    );
  }
  if (!/^(https?|file):\/\/./.test(expanded)) {
    throw new ThothError("bad-configuration", `the index of ${who} is no http(s) address`, {
      place,
      hint: "an index is the address of a simple index (PEP 503), often ending in /simple",
    });
  }
  return indexSource(expanded, verifySsl);
}

async function defaultIndex(services: SourceServices): Promise<string> {
  const { environment, configuration } = services;
  const home = { ...environment, HOME: environment["HOME"] ?? homedir() };
  const url = await pipIndexUrl(home, () => askPip(configuration.cacheDirectory, services));
  if (url !== undefined) return url;
  throw new ThothError(
    "bad-configuration",
    "no index: the Pipfile names none and there is no pip to ask",
    {
      hint: "add a [[source]] to the Pipfile, or pass --index-url",
    },
  );
}
