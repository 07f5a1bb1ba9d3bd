import type { PackageName } from "../python/name.ts";
import type { IndexUrl, Release } from "./release.ts";
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
