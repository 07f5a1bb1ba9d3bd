import pLimit from "p-limit";
import type { Release } from "../model/release.ts";
import { releaseHistory } from "../security/health/history.ts";
import type { AdviceQuestion } from "./advice-question.ts";
import { learnAbout } from "./learn-health.ts";

const packagesAtOnce = 8;

/** Has what is said of the projects of releases learnt, such as their licences. */
export async function learnAbouts(
  releases: readonly Release[],
  { services, sources }: AdviceQuestion,
): Promise<void> {
  const { store } = services;
  await pLimit(packagesAtOnce).map(releases, async ({ name, index }) => {
    const history = releaseHistory(store.page(name, index)?.releases ?? []);
    await learnAbout(name, index, history, { services, sources, git: [], refresh: false });
  });
  await store.flush();
}
