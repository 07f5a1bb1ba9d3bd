/** How pre-releases of a package are taken: as any release, only for want of a final one, or not. */
export type PrereleasePolicy = "equal" | "fallback" | "none";
