/** How an indicator turned out. `unknown` is never counted with the good ones. */
export type Verdict = "good" | "weak" | "bad" | "unknown";

/** Every indicator that `thoth health` has, in the order of reports. */
export const indicatorIds = [
  "status",
  "advisories",
  "last-release",
  "cadence",
  "recent-releases",
  "age",
  "cool-down",
  "yanked",
  "used",
  "drift",
  "behind",
  "python",
  "licence",
  "maintainers",
  "source-link",
  "sdist",
  "wheels",
  "size",
  "attestations",
  "repository",
  "maintained",
  "pushed",
  "contributors",
] as const;

export type IndicatorId = (typeof indicatorIds)[number];

/** One thing that was looked at. Texts may hold foreign text. */
export interface Indicator {
  readonly id: IndicatorId;
  readonly verdict: Verdict;
  /** Absent where it is unknown. */
  readonly value?: number | string;
  /** 0 to 10, where the source gives a formula for it. */
  readonly score?: number;
  /** The sentence that says why, without a full stop. */
  readonly reason: string;
}

/** How a project fares, as far as is known. */
export interface ProjectHealth {
  readonly name: string;
  readonly index: string;
  /** The version that a lock or the question names. */
  readonly used?: string;
  /** The newest stable release, which all but `used`, `drift` and `behind` speak of. */
  readonly latest?: string;
  /** Its indexes say that they have no such package. */
  readonly absent: boolean;
  readonly indicators: readonly Indicator[];
  /** When its metadata was read, ISO 8601. */
  readonly observedAt?: string;
  /** What has to be learnt first, or could not be: then the answer is incomplete. */
  readonly missing: readonly string[];
}
