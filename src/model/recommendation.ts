/** What advice looks for, by the original's names. */
export const recommendationTypes = [
  "stable",
  "security",
  "latest",
  "testing",
  "performance",
] as const;

/**
 * stable: what little speaks against; security: nothing that is known to be vulnerable; latest: the
 * newest, whatever is known against it; testing: the same, pre-releases too; performance: as stable,
 * with what is known to run faster. Malware is never advised.
 */
export type RecommendationType = (typeof recommendationTypes)[number];

/** What may be asked for, in words. */
export const recommendationWords = "`stable`, `security`, `latest`, `testing` or `performance`";

/** The type that a text names, in capitals too, as the original takes it. */
export function recommendationType(text: string): RecommendationType | undefined {
  return recommendationTypes.find((type) => type === text.toLowerCase());
}
