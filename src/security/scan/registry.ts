import type { CallRule } from "./rule.ts";
import { codeRules } from "./rules/code-rules.ts";
import { fileRules, traced } from "./rules/file-rules.ts";
import { lintRules } from "./rules/lint-rules.ts";
import { networkRules } from "./rules/network-rules.ts";

/** Every rule that looks at calls; a new one is a line in its group. */
export const callRules: readonly CallRule[] = [...codeRules, ...networkRules, ...lintRules];

export { fileRules, traced };
