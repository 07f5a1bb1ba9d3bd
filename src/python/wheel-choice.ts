/** The parts of the supported tags, to drop at once what no tag can match. */
interface TagParts {
  readonly pythons: ReadonlySet<string>;
  readonly abis: ReadonlySet<string>;
  readonly platforms: ReadonlySet<string>;
}

const partsOfRanks = new WeakMap<ReadonlyMap<string, number>, TagParts>();

function tagParts(ranks: ReadonlyMap<string, number>): TagParts {
  const known = partsOfRanks.get(ranks);
  if (known !== undefined) return known;
  const pythons = new Set<string>();
  const abis = new Set<string>();
  const platforms = new Set<string>();
  for (const tag of ranks.keys()) {
    const [python = "", abi = "", platform = ""] = tag.split("-");
    pythons.add(python);
    abis.add(abi);
    platforms.add(platform);
  }
  const parts = { pythons, abis, platforms };
  partsOfRanks.set(ranks, parts);
  return parts;
}

/**
 * The rank of a wheel's best tag (0 the best, see `tagRanks`); undefined when the runtime can
 * not use the file. Only the last three parts of the file name are read.
 */
export function wheelRank(
  filename: string,
  ranks: ReadonlyMap<string, number>,
): number | undefined {
  const end = filename.length - 4;
  const platformAt = filename.lastIndexOf("-", end) + 1;
  const abiAt = filename.lastIndexOf("-", platformAt - 2) + 1;
  const pythonAt = filename.lastIndexOf("-", abiAt - 2) + 1;
  const parts = tagParts(ranks);
  // Most files of a page are for another Python; they go here, before more is looked at.
  const pythons = knownOf(filename.slice(pythonAt, abiAt - 1), parts.pythons);
  if (pythons.length === 0) return undefined;
  const abis = knownOf(filename.slice(abiAt, platformAt - 1), parts.abis);
  if (abis.length === 0) return undefined;
  const platforms = knownOf(filename.slice(platformAt, end), parts.platforms);
  return bestRank(ranks, { pythons, abis, platforms });
}

interface TagChoice {
  readonly pythons: readonly string[];
  readonly abis: readonly string[];
  readonly platforms: readonly string[];
}

function bestRank(ranks: ReadonlyMap<string, number>, choice: TagChoice): number | undefined {
  let best: number | undefined;
  for (const python of choice.pythons) {
    for (const abi of choice.abis) {
      for (const platform of choice.platforms) {
        const rank = ranks.get(`${python}-${abi}-${platform}`);
        if (rank !== undefined && (best === undefined || rank < best)) best = rank;
      }
    }
  }
  return best;
}

function knownOf(written: string, known: ReadonlySet<string>): readonly string[] {
  const text = written.toLowerCase();
  if (!text.includes(".")) return known.has(text) ? [text] : [];
  return [...new Set(text.split("."))].filter((part) => known.has(part));
}

/**
 * The file of one release that pip would install: the wheel with the lowest tag rank, among
 * equals the highest build tag, else the first sdist. Undefined when nothing fits.
 */
export function chooseDistribution(
  filenames: readonly string[],
  ranks: ReadonlyMap<string, number>,
): string | undefined {
  let best: { readonly filename: string; readonly rank: number } | undefined;
  for (const filename of filenames) {
    const rank = filename.endsWith(".whl") ? wheelRank(filename, ranks) : undefined;
    if (rank === undefined) continue;
    if (best === undefined || isBetter({ filename, rank }, best)) best = { filename, rank };
  }
  return best?.filename ?? filenames.find((filename) => /\.(tar\.\w+|tgz|zip)$/.test(filename));
}

interface RankedWheel {
  readonly filename: string;
  readonly rank: number;
}

function isBetter(wheel: RankedWheel, other: RankedWheel): boolean {
  if (wheel.rank !== other.rank) return wheel.rank < other.rank;
  return compareBuildTags(wheel.filename, other.filename) > 0;
}

/** Orders two wheels of one release by build tag: none < `2` < `2b` < `10` (PEP 427). */
export function compareBuildTags(left: string, right: string): number {
  const [leftNumber, leftRest] = buildOf(left);
  const [rightNumber, rightRest] = buildOf(right);
  if (leftNumber !== rightNumber) return leftNumber < rightNumber ? -1 : 1;
  if (leftRest === rightRest) return 0;
  return leftRest < rightRest ? -1 : 1;
}

function buildOf(filename: string): readonly [bigint, string] {
  const parts = filename.split("-");
  const match = parts.length === 6 ? /^(\d+)(.*)$/.exec(parts[2] ?? "") : null;
  return match === null ? [-1n, ""] : [BigInt(match[1] ?? "0"), match[2] ?? ""];
}
