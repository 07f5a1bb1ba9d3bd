import { buildVersion, compareVersions, type Version } from "./version.ts";
import { addToNumber } from "./version-number.ts";

/**
 * A place between two neighbouring versions of PEP 440's order: right below `version`, or right
 * above it. Made only by the functions below, which write each place in one way: wherever a next
 * version exists, the cut is the one below it. So between two different cuts there is always room
 * for a version, and an interval is empty exactly when its cuts are equal.
 */
export interface Cut {
  readonly version: Version;
  readonly above: boolean;
}

const point = { release: [0], pre: undefined, post: undefined, localSegments: undefined };
const least = buildVersion({ ...point, epoch: 0, dev: 0 });

/** Before every version. */
export const floor: Cut = {
  version: buildVersion({ ...point, epoch: -1, dev: undefined }),
  above: false,
};
/** After every version. */
export const ceiling: Cut = {
  version: buildVersion({ ...point, epoch: Number.POSITIVE_INFINITY, dev: undefined }),
  above: false,
};

export function compareCuts(a: Cut, b: Cut): number {
  if (a === b) return 0;
  const order = compareVersions(a.version, b.version);
  if (order !== 0 || a.above === b.above) return order;
  return a.above ? 1 : -1;
}

/** Right below `version`: its local versions and what is newer come after the cut. */
export function cutBelow(version: Version): Cut {
  // nothing comes before 0.dev0
  return compareVersions(version, least) <= 0 ? floor : { version, above: false };
}

/** Right above `version` itself: its longer local versions come after the cut. */
export function cutAbove(version: Version): Cut {
  return { version, above: true };
}

/** Above `version` and all its local versions. */
export function cutAfterLocals(version: Version): Cut {
  const { dev, post } = version;
  if (dev !== undefined) {
    return cutBelow(edited(version, { dev: addToNumber(dev, 1) }));
  }
  const next = post === undefined ? 0 : addToNumber(post, 1);
  return cutBelow(edited(version, { post: next, dev: 0 }));
}

/** Above `version` and all its post-releases and their local versions; not for a `.dev` one. */
export function cutAfterPosts(version: Version): Cut {
  const { pre } = version;
  if (pre !== undefined) {
    const next = [pre[0], addToNumber(pre[1], 1)] as const;
    return cutBelow(edited(version, { pre: next, post: undefined, dev: 0 }));
  }
  // after the posts of a final release there is no next version, only this point
  return cutBelow(edited(version, { post: Number.POSITIVE_INFINITY, dev: undefined }));
}

/** Below the first version of `version`'s release: `1.2.dev0` for `1.2`, `1.2a1` or `1.2.post1`. */
export function cutBeforeRelease(version: Version): Cut {
  return cutBelow(edited(version, { pre: undefined, post: undefined, dev: 0 }));
}

/** Below the first version that no longer starts with `version`'s release: `1.3.dev0` for `1.2`. */
export function cutAfterPrefix(version: Version): Cut {
  const last = version.release.length - 1;
  const release = version.release.map((number, index) =>
    index === last ? addToNumber(number, 1) : number,
  );
  return cutBelow(edited(version, { release, pre: undefined, post: undefined, dev: 0 }));
}

/** `version` with some parts replaced and without its local part. */
export function edited(
  version: Version,
  parts: Partial<Pick<Version, "release" | "pre" | "post" | "dev">>,
): Version {
  return buildVersion({ ...version, localSegments: undefined, ...parts });
}
