import type { Finding } from "../../model/checkup.ts";
import { counted, listed } from "../../reports/wording.ts";
import { didYouMean } from "../../util/did-you-mean.ts";
import type { Check, Patient } from "./check.ts";

type Settings = Pick<Patient, "configuration" | "environment" | "settings">;

/** What is set, and what is set in vain. */
export const settings: Check<Settings> = {
  name: "settings",
  find: async (patient) => [
    given(patient),
    ...unused(patient),
    ...misspelt(patient),
    ...exposed(patient),
  ],
};

function given({ settings: all }: Settings): Finding {
  const set = all.filter(({ origin }) => origin !== "default");
  if (set.length === 0) return { condition: "works", text: "none given: all have their standards" };
  const origins = new Set(set.map(({ origin }) => origin.replace(/:\d+:\d+$/, "")));
  const text = `${counted(set.length, "setting")} given: ${listed([...origins])}`;
  return { condition: "works", text, facts: { given: set.length } };
}

function unused({ configuration }: Settings): readonly Finding[] {
  return configuration.unused.map(({ file, keys }) => ({
    condition: "warning",
    text: `${listed(keys.map((key) => `\`${key}\``))} of ${file} mean nothing to this program`,
    hint: "they are of the original's service: take them out, or leave them for it",
  }));
}

/** Variables that are nearly called like one that counts; others of that beginning are left alone. */
function misspelt({ environment, settings: all }: Settings): readonly Finding[] {
  const known = all.map(({ setting }) => `THOTH_${setting.toUpperCase()}`);
  const found = Object.keys(environment).filter(
    (name) => name.startsWith("THOTH_") && !known.includes(name) && !others.has(name),
  );
  return found.flatMap((name): readonly Finding[] => {
    const meant = didYouMean(name, known);
    if (meant === undefined) return [];
    const text = `the variable ${name} means nothing to this program`;
    return [{ condition: "warning", text, hint: `did you mean ${meant}?` }];
  });
}

const secrets: ReadonlySet<string> = new Set(["kafka_password", "postgresql_url"]);

/** Secrets that lie where a repository has them: in the file of the project. */
function exposed({ settings: all }: Settings): readonly Finding[] {
  const found = all.filter(
    ({ setting, origin }) => secrets.has(setting) && origin.startsWith(".thoth.yaml:"),
  );
  return found.map(({ setting, origin }) => ({
    condition: "warning",
    text: `${origin}: \`${setting}\`, which may hold a password, stands in the project's file`,
    hint: `set THOTH_${setting.toUpperCase()} in the environment instead`,
  }));
}

/** Variables that are no settings: what services take, and what commands of watched projects get. */
const others = new Set([
  ...["API", "TOKEN"].flatMap((what) => [`THOTH_GITHUB_${what}`, `THOTH_GITLAB_${what}`]),
  ...["RUN", "PROJECT", "OUTCOME", "REPORT", "LOCK"].map((what) => `THOTH_${what}`),
]);
