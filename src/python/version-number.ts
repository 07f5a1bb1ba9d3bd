/** A number inside a version: `bigint` from 2^53 on, since PEP 440 sets no limit. */
export type VersionNumber = number | bigint;

/** Reads decimal digits without losing any of them. */
export function versionNumber(digits: string): VersionNumber {
  const small = Number(digits);
  return Number.isSafeInteger(small) ? small : BigInt(digits);
}

/** `number` + `step`, exact across 2^53; `step` is 1 or -1 and the result is never negative. */
export function addToNumber(number: VersionNumber, step: 1 | -1): VersionNumber {
  if (typeof number === "number") {
    const sum = number + step;
    return Number.isSafeInteger(sum) ? sum : BigInt(number) + BigInt(step);
  }
  return versionNumber(String(number + BigInt(step)));
}
