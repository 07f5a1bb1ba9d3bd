import type { Indicator } from "../../model/health.ts";
import type { PackageFact } from "../../model/package-fact.ts";
import {
  classifierClaim,
  contradict,
  type LicenceClaim,
  textClaim,
} from "../../python/licence-names.ts";
import { isLicenseExpression } from "../../python/license-expression.ts";
import { type HealthCheck, told, unknown } from "./subject.ts";

/**
 * Under which licence a project stands: its License-Expression (PEP 639), else its classifiers and
 * the older License field. Where two of them can't both be true, that is told. The score is
 * Scorecard's: 9 for naming one, 1 more where it is one that SPDX knows.
 */
export const licenceChecks: HealthCheck = ({ about }) => {
  if (about?.version === undefined) {
    return [unknown("licence", about?.problem ?? "no metadata was read")];
  }
  return [licence(about)];
};

function licence({
  licenseExpression,
  license,
  licenseFiles,
  classifiers,
}: PackageFact): Indicator {
  if (licenseExpression !== undefined && !isLicenseExpression(licenseExpression)) {
    const reason = `its License-Expression \`${licenseExpression}\` is no SPDX expression`;
    return told("licence", "weak", { value: licenseExpression, score: 9, reason });
  }
  const claims = [
    ...(licenseExpression === undefined ? [] : [textClaim(licenseExpression)]),
    ...(isSaid(license) ? [textClaim(license)] : []),
    ...jointClaim(classifiers.flatMap((one) => classifierClaim(one) ?? [])),
  ];
  const main =
    claims.find(({ spdx }) => spdx !== undefined) ??
    claims.find(({ families }) => families.size > 0) ??
    claims[0];
  if (main !== undefined) return claimed(main, claims);
  const [file] = licenseFiles;
  return file === undefined
    ? told("licence", "bad", { value: "none", score: 0, reason: "it names none" })
    : told("licence", "weak", { value: "none", score: 0, reason: `it names none but has ${file}` });
}

function claimed(main: LicenceClaim, claims: readonly LicenceClaim[]): Indicator {
  const value = main.spdx ?? main.text;
  const weak = (reason: string) => told("licence", "weak", { value, score: 9, reason });
  const other = claims.find((one) => contradict(main, one));
  if (other !== undefined) return weak(`it names ${main.text} and ${other.text}, which disagree`);
  if (main.families.has("proprietary")) return weak("its licence is proprietary");
  if (main.spdx !== undefined) return told("licence", "good", { value, score: 10, reason: value });
  if (main.families.size === 0) return weak(`\`${main.text}\` is no licence that is known here`);
  const reason = `${value}, though not which version or wording`;
  return told("licence", "good", { value, score: 9, reason });
}

/** `UNKNOWN` is what setuptools once wrote where nothing was said. */
function isSaid(license: string | undefined): license is string {
  return license !== undefined && !/^(?:unknown|none|see license.*)?$/i.test(license.trim());
}

/** Several classifiers are a choice or a mixture. */
function jointClaim(classifiers: readonly LicenceClaim[]): readonly LicenceClaim[] {
  const [first, second] = classifiers;
  if (first === undefined || second === undefined) return classifiers;
  const text = classifiers.map((one) => one.text).join(", ");
  const families = new Set(classifiers.flatMap((one) => [...one.families]));
  return [{ text, spdx: undefined, families }];
}
