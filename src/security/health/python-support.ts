import type { Indicator } from "../../model/health.ts";
import { parseSpecifierSet, specifierContains } from "../../python/specifier.ts";
import { type HealthCheck, type HealthSubject, told, unknown } from "./subject.ts";

/** Release and end of life of CPython's branches (PEPs 569, 596, 619, 664, 693, 719, 745, 790). */
const branches = [
  ["3.8", "2019-10-14", "2024-10-07"],
  ["3.9", "2020-10-05", "2025-10-31"],
  ["3.10", "2021-10-04", "2026-10-31"],
  ["3.11", "2022-10-24", "2027-10-31"],
  ["3.12", "2023-10-02", "2028-10-31"],
  ["3.13", "2024-10-07", "2029-10-31"],
  ["3.14", "2025-10-07", "2030-10-31"],
  ["3.15", "2026-10-01", "2031-10-31"],
] as const;

/** For which of the CPythons that are kept up today a project says it is made. */
export const pythonChecks: HealthCheck = (subject) => [pythonSupport(subject)];

function pythonSupport({ history, about, now }: HealthSubject): Indicator {
  const supported = branches
    .filter(([, from, until]) => Date.parse(from) <= now && now <= Date.parse(until))
    .map(([branch]): string => branch);
  const requires =
    history.latest?.files.find((file) => file.requiresPython !== undefined)?.requiresPython ??
    about?.requiresPython;
  const range = requires === undefined ? undefined : parseSpecifierSet(requires);
  const named = namedBranches(about?.classifiers ?? []);
  // `>=3.8.1` and `<=3.12` are meant for what is latest of a branch
  const admitted = supported.filter(
    (branch) => range === undefined || specifierContains(range, `${branch}.99`),
  );
  const newest = supported.at(-1) ?? "";
  if (range === undefined && named.length === 0) {
    return unknown("python", "neither Requires-Python nor a classifier names a version");
  }
  const shown = `Requires-Python \`${requires}\``;
  if (admitted.length === 0) {
    return told("python", "bad", {
      value: "none",
      reason: `${shown} admits no CPython kept up today`,
    });
  }
  const value = admitted.join(" ");
  if (!admitted.includes(newest)) {
    return told("python", "weak", { value, reason: `${shown} shuts out CPython ${newest}` });
  }
  const tested = named.filter((branch) => supported.includes(branch));
  if (named.length > 0 && tested.length === 0) {
    const reason = `its classifiers end with Python ${named.at(-1)}, which is not kept up any more`;
    return told("python", "weak", { value, reason });
  }
  const classifiers = tested.length === 0 ? "" : `, classifiers name ${tested.join(", ")}`;
  const reason = range === undefined ? "Requires-Python is not given" : `${shown} admits ${value}`;
  return told("python", "good", {
    value: range === undefined ? tested.join(" ") : value,
    reason: `${reason}${classifiers}`,
  });
}

/** In order of age. */
function namedBranches(classifiers: readonly string[]): readonly string[] {
  const minors = classifiers.flatMap((classifier) => {
    const minor = /^Programming Language :: Python :: 3\.(\d{1,3})$/.exec(classifier)?.[1];
    return minor === undefined ? [] : [Number(minor)];
  });
  return minors.sort((one, other) => one - other).map((minor) => `3.${minor}`);
}
