import { type IndexUrl, indexUrl } from "../model/release.ts";

/** One index to ask: its name in knowledge and how to reach it. */
export interface IndexSource {
  readonly url: IndexUrl;
  /** Variables expanded, credentials still inside; never printed and never stored. */
  readonly requestUrl: string;
  readonly verifySsl: boolean;
}

/** An index at `requestUrl`, variables already expanded; it may carry credentials. */
export function indexSource(requestUrl: string, verifySsl = true): IndexSource {
  return { url: indexUrl(requestUrl), requestUrl, verifySsl };
}
