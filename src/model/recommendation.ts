/** What advice looks for, by the original's names. */
export const recommendationTypes = ["stable", "security", "latest"] as const;

/**
 * stable: what little speaks against; security: nothing that is known to be vulnerable; latest: the
 * newest, whatever is known against it. Malware is never advised.
 */
export type RecommendationType = (typeof recommendationTypes)[number];

/** What may be asked for, in words. */
export const recommendationWords = "`stable`, `security` or `latest`";

/** The type that a text names, in capitals too, as the original takes it. */
export function recommendationType(text: string): RecommendationType | undefined {
  return recommendationTypes.find((type) => type === text.toLowerCase());
}
