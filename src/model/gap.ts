import type { PackageName } from "../python/name.ts";
import { type IndexUrl, type Release, releaseText } from "./release.ts";
import type { RuntimeId } from "./runtime.ts";

/** A fact that advice needed and knowledge lacks. `requiredBy` says who asked, for people. */
export type Gap =
  | {
      readonly missing: "releases";
      readonly name: PackageName;
      readonly index: IndexUrl;
      readonly requiredBy: string;
    }
  | {
      readonly missing: "metadata";
      readonly release: Release;
      readonly filename: string;
      readonly requiredBy: string;
    }
  | {
      readonly missing: "installed";
      readonly release: Release;
      readonly runtime: RuntimeId;
      readonly requiredBy: string;
    }
  | {
      readonly missing: "source";
      readonly name: PackageName;
      /** As made by `sourceKey` of model/project.ts. */
      readonly key: string;
      readonly requiredBy: string;
    }
  | { readonly missing: "security"; readonly release: Release; readonly requiredBy: string };

/** Two gaps with one key ask for the same fact. */
export function gapKey(gap: Gap): string {
  switch (gap.missing) {
    case "releases":
      return `releases ${gap.index} ${gap.name}`;
    case "metadata":
      return `metadata ${gap.release.index} ${gap.release.name} ${gap.release.version} ${gap.filename}`;
    case "installed":
      return `installed ${gap.release.index} ${gap.release.name} ${gap.release.version} ${gap.runtime}`;
    case "source":
      return `source ${gap.key}`;
    case "security":
      return `security ${gap.release.index} ${gap.release.name} ${gap.release.version}`;
  }
}

/** A missing fact as a phrase: "releases of flask (needed by Pipfile:7)". */
export function gapText(gap: Gap): string {
  const by = gap.requiredBy === "" ? "" : ` (needed by ${gap.requiredBy})`;
  switch (gap.missing) {
    case "releases":
      return `releases of ${gap.name}${by}`;
    case "metadata":
      return `metadata of ${releaseText(gap.release)}${by}`;
    case "installed":
      return `installation of ${releaseText(gap.release)} on ${gap.runtime}${by}`;
    case "source":
      return `source of ${gap.name}${by}`;
    case "security":
      return `security indicators of ${releaseText(gap.release)}${by}`;
  }
}
