import { resolve } from "node:path";
import { momentOf, momentText } from "./moment.ts";

/** Makes a value of a setting's text; undefined where the text is not one. */
export type Reader<T> = (text: string, base: string) => T | undefined;

/** Any text but blanks, trimmed. */
export const someText: Reader<string> = (text) => (text.trim() === "" ? undefined : text.trim());

/** Names with commas between, each trimmed; never none. */
export const someNames: Reader<readonly string[]> = (text) => {
  const names = text.split(",").flatMap((part) => someText(part, "") ?? []);
  return names.length === 0 ? undefined : names;
};

/**
 * `team=one,stage=test`, `;` in place of `,` as the original has it. A part without `=` belongs to
 * the value before it: `allow-cve=CVE-1,CVE-2`.
 */
export const labelMap: Reader<ReadonlyMap<string, string>> = (text) => {
  const labels = new Map<string, string>();
  let last: string | undefined;
  for (const part of text.split(/[;,]/).map((one) => one.trim())) {
    const [, key, value = ""] = /^([^=]+)=(.*)$/.exec(part) ?? [];
    if (key !== undefined) {
      last = key.trim();
      labels.set(last, value.trim());
    } else {
      if (last === undefined || part === "" || part.startsWith("=")) return undefined;
      labels.set(last, `${labels.get(last)},${part}`);
    }
  }
  return labels;
};

/** `3.11` or `3.11.7`. */
export const pythonVersion: Reader<string> = (text) =>
  /^[23]\.\d+(\.\d+)?$/.test(text.trim()) ? text.trim() : undefined;

/** An absolute path: `base` is where relative ones start, `home` what `~` stands for. */
export const folder =
  (home: string): Reader<string> =>
  (text, base) =>
    text.trim() === "" ? undefined : resolve(base, text.replace(/^~(?=\/|$)/, home));

/** Several folders with commas between them. */
export const folders =
  (home: string): Reader<readonly string[]> =>
  (text, base) => {
    const parts = text.split(",").filter((part) => part.trim() !== "");
    const found = parts.flatMap((part) => folder(home)(part.trim(), base) ?? []);
    return found.length === 0 ? undefined : found;
  };

/** An address as it is, anything else as `folder` has it. */
export const pathOrAddress =
  (home: string): Reader<string> =>
  (text, base) =>
    /^https?:\/\//i.test(text.trim()) ? text.trim() : folder(home)(text, base);

/** `1 true yes on` and `0 false no off`. */
export const yesOrNo: Reader<boolean> = (text) => {
  const word = text.trim().toLowerCase();
  if (["1", "true", "yes", "on"].includes(word)) return true;
  return ["0", "false", "no", "off"].includes(word) ? false : undefined;
};

/** What `duration` reads, for messages. */
export const durationWords = "seconds, or a number with `s`, `m`, `h` or `d`";
const unitMs = new Map([
  ["", 1000],
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
]);

/** Milliseconds, of `600` (seconds), `90s`, `10m`, `12h`, `7d`. */
export const duration: Reader<number> = (text) => {
  const match = /^(\d+(?:\.\d+)?)\s*([smhd]?)$/.exec(text.trim());
  const unit = unitMs.get(match?.[2] ?? "?");
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit;
};

/** 1 or more, without fractions. */
export const positiveNumber: Reader<number> = (text) => {
  const number = /^\d{1,9}$/.test(text.trim()) ? Number(text) : 0;
  return number > 0 ? number : undefined;
};

/** `install=2,si-scan=1`: a positive number for some of the names. */
export const numberPerName =
  <Name extends string>(names: readonly Name[]): Reader<Readonly<Partial<Record<Name, number>>>> =>
  (text) => {
    const numbers: Partial<Record<Name, number>> = {};
    for (const part of text.split(",")) {
      const [written = "", value = "", ...rest] = part.split("=");
      const name = names.find((one) => one === written.trim());
      const number = positiveNumber(value, "");
      if (name === undefined || number === undefined || rest.length > 0) return undefined;
      numbers[name] = number;
    }
    return numbers;
  };

/** What `coolDown` reads, for messages. */
export const coolDownWords = "a number with `s`, `m`, `h` or `d`, such as `7d`, or `0` for none";

/** An age in milliseconds, with its text: as `duration`, but seconds need their unit. */
export const coolDown: Reader<{ readonly periodMs: number; readonly period: string }> = (text) => {
  const period = text.trim();
  const periodMs = period === "0" || /[smhd]$/.test(period) ? duration(period, "") : undefined;
  return periodMs === undefined ? undefined : { periodMs, period };
};

/** What `moment` reads, for messages. */
export const momentWords = "a day such as `2024-05-31`, or a moment such as `2024-05-31T12:00Z`";

/** ms since the epoch, of an ISO 8601 date (its start) or date and time; UTC where it says nothing else. */
export const moment: Reader<number> = (text) => {
  const match =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:\d{2})?)?$/i.exec(
      text.trim(),
    );
  if (match === null) return undefined;
  const [, day = "", time = "00:00", zone = "Z"] = match;
  const midnight = momentOf(`${day}T00:00:00Z`);
  // A day that its month does not have would count as one of the next
  if (midnight === undefined || momentText(midnight) !== day) return undefined;
  return momentOf(`${day}T${time}${zone.toUpperCase()}`);
};
