import type { Knowledge } from "../model/knowledge.ts";
import type { Project } from "../model/project.ts";
import type { RecommendationType } from "../model/recommendation.ts";
import type { Runtime } from "../model/runtime.ts";
import type { Combination } from "./combinations.ts";

/** Everything an advice depends on. Same context in, same advice out. */
export interface AdviceContext {
  readonly project: Project;
  readonly runtime: Runtime;
  readonly knowledge: Knowledge;
  /** Wheel tag to rank on the runtime, 0 is best. */
  readonly ranks: ReadonlyMap<string, number>;
  /** Exclude releases whose installation was seen to fail on the runtime. */
  readonly heedFailures: boolean;
  readonly recommendationType: RecommendationType;
  /** Releases that do not go together. */
  readonly combinations?: readonly Combination[];
  /** Prescriptions about requirements whose `state` is the case (prescribed/states.ts). */
  readonly holding?: ReadonlySet<string>;
  /** Releases that are out for what is known of their files: `name==1.0` to the reason. */
  readonly refused?: ReadonlyMap<string, string>;
}
