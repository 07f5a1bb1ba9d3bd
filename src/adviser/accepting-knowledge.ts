import type { AdvisoryMatch } from "../model/advisory.ts";
import type { Knowledge } from "../model/knowledge.ts";
import type { AcceptedAdvisory } from "../model/policy.ts";
import type { PackageName } from "../python/name.ts";
import { acceptedBy } from "./accepted-advisories.ts";
import { KnowledgeView } from "./knowledge-view.ts";

/** Knowledge without the advisories that somebody accepted; `onAccepted` hears of each that is met. */
export class AcceptingKnowledge extends KnowledgeView {
  readonly #accepted: readonly AcceptedAdvisory[];
  readonly #onAccepted: (by: AcceptedAdvisory, name: PackageName, version: string) => void;

  constructor(
    whole: Knowledge,
    accepted: readonly AcceptedAdvisory[],
    onAccepted: (by: AcceptedAdvisory, name: PackageName, version: string) => void,
  ) {
    super(whole);
    this.#accepted = accepted;
    this.#onAccepted = onAccepted;
  }

  override advisories(name: PackageName, version: string): readonly AdvisoryMatch[] | undefined {
    return this.whole.advisories(name, version)?.filter((advisory) => {
      const by = acceptedBy(advisory, name, this.#accepted);
      if (by !== undefined) this.#onAccepted(by, name, version);
      return by === undefined;
    });
  }
}
