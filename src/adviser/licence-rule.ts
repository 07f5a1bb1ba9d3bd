import type { PackageFact } from "../model/package-fact.ts";
import type { LicensePolicy } from "../model/policy.ts";
import { classifierClaim, textClaim } from "../python/licence-names.ts";

/** Why a policy does not admit a package for its licence; undefined: it does. */
export function licenceRefusal(
  about: PackageFact | undefined,
  policy: LicensePolicy,
): string | undefined {
  const licence = licenceOf(about);
  if (licence === undefined)
    return policy.allow === undefined || policy.unknown === "allow"
      ? undefined
      : `has a licence that is not known${about === undefined ? " here" : ""}, and the policy names those that are allowed`;
  if (isAdmitted(licence, policy)) return undefined;
  return `is licensed as ${licence}, which the policy does not allow`;
}

/**
 * The SPDX expression of a package: its License-Expression (PEP 639), else what its classifiers or
 * the older field mean. Undefined: nobody knows; several classifiers count all.
 */
export function licenceOf(about: PackageFact | undefined): string | undefined {
  if (about === undefined) return undefined;
  const { licenseExpression, license, classifiers } = about;
  const said = textClaim(licenseExpression ?? "").spdx;
  if (said !== undefined) return said;
  const claims = classifiers.flatMap((one) => classifierClaim(one) ?? []);
  const known = claims.flatMap(({ spdx }) => spdx ?? []);
  if (claims.length > 0 && known.length === claims.length)
    return [...new Set(known)].map((one) => `(${one})`).join(" AND ");
  return textClaim(license ?? "").spdx;
}

/** Whether an expression leaves a choice that a policy admits. */
function isAdmitted(expression: string, { allow, deny }: LicensePolicy): boolean {
  const tokens = expression.toLowerCase().match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  const take = (token: string) => {
    if (tokens[at] !== token) return false;
    at += 1;
    return true;
  };
  const operand = (): boolean => {
    if (take("(")) {
      const inner = either();
      take(")");
      return inner;
    }
    const id = tokens[at] ?? "";
    at += 1;
    // An exception only adds permissions
    if (take("with")) at += 1;
    return !deny.has(id) && (allow === undefined || allow.has(id));
  };
  const both = (): boolean => {
    let answer = operand();
    while (take("and")) answer = operand() && answer;
    return answer;
  };
  const either = (): boolean => {
    let answer = both();
    while (take("or")) answer = both() || answer;
    return answer;
  };
  return either();
}
