import { accessSync, constants, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Finding } from "../../model/checkup.ts";
import { counted } from "../../reports/wording.ts";
import { removeFile, storageError, writeAtomic } from "../../util/atomic-write.ts";
import { ThothError } from "../../util/errors.ts";
import type { Check, Patient } from "./check.ts";

/** The folder of the store: whether it can be written to; and what is known, wherever it lies. */
export const store: Check = {
  name: "store",
  find: async ({ configuration, database, services }, signal) => {
    const { knowledge: backEnd, storeDirectory } = configuration;
    if (backEnd !== "json") return inDatabase({ database, services });
    if (!existsSync(storeDirectory)) return [absent(storeDirectory)];
    tryToWrite(storeDirectory);
    const { store: knowledge } = await services();
    const { packages, releases } = await knowledge.count();
    const held = `${counted(packages, "package")}, ${counted(releases, "release")}`;
    const facts = { folder: storeDirectory, packages, releases };
    const works: Finding = {
      condition: "works",
      text: `\`${storeDirectory}\` can be written to; ${held}`,
      facts,
    };
    return [works, ...(await damage(() => knowledge.verify(signal)))];
  },
};

async function inDatabase({
  database,
  services,
}: Pick<Patient, "database" | "services">): Promise<readonly Finding[]> {
  if ((await database())?.problem !== undefined) {
    const text = "not looked at: it is in the database, which does not answer";
    return [{ condition: "unknown", text }];
  }
  const { packages, releases } = await (await services()).store.count();
  const text = `in the database: ${counted(packages, "package")}, ${counted(releases, "release")}`;
  return [{ condition: "works", text, facts: { packages, releases } }];
}

function absent(folder: string): Finding {
  let parent = dirname(folder);
  while (!existsSync(parent)) parent = dirname(parent);
  try {
    accessSync(parent, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw storageError(error, folder, "store-unwritable");
  }
  const text = `\`${folder}\` is not there yet; it is made when something is learnt`;
  return { condition: "works", text, facts: { folder, packages: 0, releases: 0 } };
}

function tryToWrite(folder: string): void {
  const path = join(folder, "doctor");
  try {
    writeAtomic(path, "");
    removeFile(path);
  } catch (error) {
    throw storageError(error, folder, "store-unwritable");
  }
}

const mostNamed = 5;

async function damage(
  verify: () => Promise<readonly { readonly file: string; readonly reason: string }[]>,
): Promise<readonly Finding[]> {
  try {
    const damaged = await verify();
    const shown = damaged.slice(0, mostNamed).map(
      ({ file, reason }): Finding => ({
        condition: "warning",
        text: `\`${file}\` is damaged: ${reason}`,
        hint: "nothing need be done: it is set aside, and what it said is learnt anew",
      }),
    );
    const more = damaged.length - shown.length;
    if (more === 0) return shown;
    const text = `${counted(more, "more damaged file")}`;
    return [...shown, { condition: "warning", text, hint: "`thoth knowledge verify` names them" }];
  } catch (error) {
    if (!(error instanceof ThothError) || error.code !== "time-limit") throw error;
    const text = "too much to read all of it here, so nobody knows whether a file is damaged";
    return [{ condition: "unknown", text, hint: "`thoth knowledge verify` reads every file" }];
  }
}
