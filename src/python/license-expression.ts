import { pythonWords } from "./python-text.ts";
import { spdxExceptions, spdxLicenses } from "./spdx-licenses.ts";

const operators = new Set(["or", "and", "with", "(", ")"]);

/**
 * Whether a text is a License-Expression (PEP 639): SPDX identifiers in any case, `LicenseRef-…`,
 * joined by AND, OR, WITH and parentheses, as packaging 26.3 decides.
 */
export function isLicenseExpression(text: string): boolean {
  const spaced = text.replaceAll("(", " ( ").replaceAll(")", " ) ").toLowerCase();
  const tokens = pythonWords(spaced);
  return hasExpressionShape(tokens) && tokens.every((token, at) => isKnown(tokens, token, at));
}

/** Operands and operators take turns, and parentheses close. */
function hasExpressionShape(tokens: readonly string[]): boolean {
  let depth = 0;
  let wantsOperand = true;
  for (const token of tokens) {
    const opensOrIsOperand = token === "(" || !operators.has(token);
    if (opensOrIsOperand !== wantsOperand) return false;
    depth += depthStep(token);
    if (depth < 0) return false;
    wantsOperand = operators.has(token) && token !== ")";
  }
  return depth === 0 && !wantsOperand;
}

function depthStep(token: string): number {
  if (token === "(") return 1;
  return token === ")" ? -1 : 0;
}

function isKnown(tokens: readonly string[], token: string, at: number): boolean {
  const before = tokens[at - 1];
  // An exception may only follow a licence, not a group or another exception.
  if (token === "with")
    return before !== ")" && tokens[at - 2] !== "with" && tokens[at + 1] !== "(";
  if (operators.has(token)) return true;
  if (before === "with") return spdxExceptions().has(token);
  if (token.startsWith("licenseref-")) return /^licenseref-[a-z0-9.-]+$/.test(token);
  return spdxLicenses().has(token.endsWith("+") ? token.slice(0, -1) : token);
}
