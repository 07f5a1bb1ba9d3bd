import type { Indicator } from "../../model/health.ts";
import { distributionOf, parseWheelName } from "../../python/distribution-name.ts";
import { packageName } from "../../python/name.ts";
import type { PastRelease } from "./history.ts";
import { type HealthCheck, told, unknown } from "./subject.ts";

const largeBytes = 3 * 2 ** 20;

/** What the newest release consists of. */
export const artefactChecks: HealthCheck = ({ history, about, attests }) => {
  const { latest } = history;
  if (latest !== undefined) {
    return [sdist(latest), wheels(latest), size(latest), attestations(latest, attests === true)];
  }
  const reason = about?.problem ?? "there is no release to speak of";
  const ids = ["sdist", "wheels", "size", "attestations"] as const;
  return ids.map((id) => unknown(id, reason));
};

function sdist({ files, version }: PastRelease): Indicator {
  const file = files.find(({ filename }) => !filename.endsWith(".whl") && isSource(filename));
  if (file === undefined) {
    return told("sdist", "weak", {
      value: "none",
      reason: `${version} has no source distribution`,
    });
  }
  return told("sdist", "good", { value: file.filename, reason: `${version} has ${file.filename}` });
}

function isSource(filename: string): boolean {
  const name = packageName(/^(.+?)-\d/.exec(filename)?.[1] ?? filename);
  return distributionOf(filename, name)?.kind === "sdist";
}

function wheels({ files, version }: PastRelease): Indicator {
  const tags = files.flatMap(({ filename }) => parseWheelName(filename)?.tags ?? []);
  if (tags.length === 0) {
    return told("wheels", "weak", {
      value: "none",
      reason: `${version} has no wheel: each user builds it`,
    });
  }
  const pure = tags.some((tag) => tag.endsWith("-none-any"));
  const stable = tags.some((tag) => tag.includes("-abi3-"));
  const value = pure ? "pure" : stable ? "abi3" : "platform";
  const words = {
    pure: "for every system",
    abi3: "for all later Pythons (abi3)",
    platform: "by system and Python",
  };
  return told("wheels", "good", { value, reason: `${version} has wheels ${words[value]}` });
}

function size({ files, version }: PastRelease): Indicator {
  const sizes = files.flatMap((file) => (file.size === undefined ? [] : [file.size]));
  if (sizes.length === 0) return unknown("size", "the index gives no sizes");
  const largest = Math.max(...sizes);
  const shown = `${(largest / 2 ** 20).toFixed(1)} MiB`;
  return told("size", largest > largeBytes ? "weak" : "good", {
    value: largest,
    reason: `the largest file of ${version} has ${shown}, ${largest > largeBytes ? "more" : "not more"} than 3 MiB`,
  });
}

/** Whether there are any; `thoth provenance-check` looks into them. */
function attestations({ files, version }: PastRelease, attests: boolean): Indicator {
  if (!attests) return unknown("attestations", "the index does not tell of attestations");
  const count = files.filter(({ provenance }) => provenance !== undefined).length;
  return told("attestations", count < files.length ? "weak" : "good", {
    value: count,
    reason: `the index names them for ${count} of ${files.length} files of ${version}`,
  });
}
