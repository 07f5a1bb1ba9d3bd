import { isLicenseExpression } from "./license-expression.ts";

/** What one field says of the licence. */
export interface LicenceClaim {
  /** As written, clipped. */
  readonly text: string;
  /** An SPDX expression, where the text means exactly one; never guessed. */
  readonly spdx: string | undefined;
  /** Families such as `bsd`, as far as the text tells; empty where it does not. */
  readonly families: ReadonlySet<string>;
}

// The name of the trove classifier behind `License :: …`, to SPDX where it names one licence.
const classifierSpdx: ReadonlyMap<string, string> = new Map([
  ["MIT License", "MIT"],
  ["MIT No Attribution License (MIT-0)", "MIT-0"],
  ["ISC License (ISCL)", "ISC"],
  ["Mozilla Public License 1.1 (MPL 1.1)", "MPL-1.1"],
  ["Mozilla Public License 2.0 (MPL 2.0)", "MPL-2.0"],
  ["GNU General Public License v2 (GPLv2)", "GPL-2.0-only"],
  ["GNU General Public License v2 or later (GPLv2+)", "GPL-2.0-or-later"],
  ["GNU General Public License v3 (GPLv3)", "GPL-3.0-only"],
  ["GNU General Public License v3 or later (GPLv3+)", "GPL-3.0-or-later"],
  ["GNU Lesser General Public License v2 (LGPLv2)", "LGPL-2.0-only"],
  ["GNU Lesser General Public License v2 or later (LGPLv2+)", "LGPL-2.0-or-later"],
  ["GNU Lesser General Public License v3 (LGPLv3)", "LGPL-3.0-only"],
  ["GNU Lesser General Public License v3 or later (LGPLv3+)", "LGPL-3.0-or-later"],
  ["GNU Affero General Public License v3", "AGPL-3.0-only"],
  ["GNU Affero General Public License v3 or later (AGPLv3+)", "AGPL-3.0-or-later"],
  ["The Unlicense (Unlicense)", "Unlicense"],
  ["zlib/libpng License", "Zlib"],
  ["Boost Software License 1.0 (BSL-1.0)", "BSL-1.0"],
  ["Eclipse Public License 1.0 (EPL-1.0)", "EPL-1.0"],
  ["Eclipse Public License 2.0 (EPL-2.0)", "EPL-2.0"],
  ["European Union Public Licence 1.2 (EUPL 1.2)", "EUPL-1.2"],
  ["CC0 1.0 Universal (CC0 1.0) Public Domain Dedication", "CC0-1.0"],
]);

// Spellings of the free-text field that mean one licence and no other.
const textSpdx: ReadonlyMap<string, string> = new Map([
  ["mit license", "MIT"],
  ["the mit license", "MIT"],
  ["the mit license (mit)", "MIT"],
  ["isc license", "ISC"],
  ["apache 2", "Apache-2.0"],
  ["apache 2.0", "Apache-2.0"],
  ["apache license 2.0", "Apache-2.0"],
  ["apache license, version 2.0", "Apache-2.0"],
  ["apache license version 2.0", "Apache-2.0"],
  ["apache software license 2.0", "Apache-2.0"],
  ["bsd 2-clause", "BSD-2-Clause"],
  ["bsd 2-clause license", "BSD-2-Clause"],
  ["2-clause bsd license", "BSD-2-Clause"],
  ["simplified bsd", "BSD-2-Clause"],
  ["bsd 3-clause", "BSD-3-Clause"],
  ["bsd 3-clause license", "BSD-3-Clause"],
  ["3-clause bsd license", "BSD-3-Clause"],
  ["new bsd", "BSD-3-Clause"],
  ["new bsd license", "BSD-3-Clause"],
  ["mpl 2.0", "MPL-2.0"],
  ["mozilla public license 2.0", "MPL-2.0"],
  ["gplv3+", "GPL-3.0-or-later"],
  ["gplv2+", "GPL-2.0-or-later"],
  ["lgplv3+", "LGPL-3.0-or-later"],
  ["agplv3+", "AGPL-3.0-or-later"],
]);

// Longer names first: LGPL and AGPL hold GPL.
const families: readonly (readonly [string, RegExp])[] = [
  ["agpl", /\bagpl|affero/],
  ["lgpl", /\blgpl|lesser general public|library general public|library or lesser/],
  ["gpl", /\bgpl|gnu general public/],
  ["bsd", /\b0?bsd\b/],
  ["apache", /\bapache\b/],
  ["mit", /\bmit\b/],
  ["mpl", /\bmpl\b|mozilla public/],
  ["isc", /\bisc\b|\biscl\b/],
  ["psf", /\bpsf\b|python software foundation/],
  ["unlicense", /\bunlicense\b/],
  ["zlib", /\bzlib\b/],
  ["zpl", /\bzpl\b|zope public/],
  ["epl", /\bepl\b|eclipse public/],
  ["eupl", /\beupl\b|european union public/],
  ["bsl", /\bbsl\b|boost software/],
  ["cc0", /\bcc0\b/],
  ["proprietary", /\bproprietary\b/],
];
const longestShown = 80;

/** The License-Expression field (PEP 639) or a text of the older field. */
export function textClaim(text: string): LicenceClaim {
  const plain = text.trim().replaceAll(/\s+/g, " ");
  const spdx = isLicenseExpression(plain) ? plain : textSpdx.get(plain.toLowerCase());
  return { text: clipped(plain), spdx, families: familiesOf(spdx ?? plain) };
}

/** A `License :: …` classifier; undefined for a heading such as `License :: OSI Approved`. */
export function classifierClaim(classifier: string): LicenceClaim | undefined {
  const parts = classifier.split(" :: ");
  const name = parts.at(-1) ?? "";
  if (parts[0] !== "License" || parts.length < 2 || name === "OSI Approved") return undefined;
  const spdx = classifierSpdx.get(name);
  return { text: clipped(name), spdx, families: familiesOf(spdx ?? name) };
}

/** Whether two claims can't both be true; where one of them says too little, they may. */
export function contradict(one: LicenceClaim, other: LicenceClaim): boolean {
  if (one.families.size === 0 || other.families.size === 0) return false;
  return ![...one.families].some((family) => other.families.has(family));
}

// A whole licence in the field names others in passing: its head alone counts.
const headLength = 120;

function familiesOf(text: string): ReadonlySet<string> {
  let rest = text.slice(0, headLength).toLowerCase();
  const found = new Set<string>();
  for (const [family, pattern] of families) {
    const global = new RegExp(pattern, "g");
    if (!global.test(rest)) continue;
    found.add(family);
    rest = rest.replaceAll(global, " ");
  }
  return found;
}

function clipped(text: string): string {
  return text.length > longestShown ? `${text.slice(0, longestShown - 3)}...` : text;
}
