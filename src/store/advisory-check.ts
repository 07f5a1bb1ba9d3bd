import { createHash } from "node:crypto";
import { join } from "node:path";
import { AdvisoryRecords, headPath, readAdvisoryHead } from "./advisory-file.ts";
import { DamagedFileError, readOwn } from "./damage.ts";

/** Reads a database of advisories as a whole. Throws DamagedFileError. */
export function checkAdvisories(folder: string): void {
  const head = readAdvisoryHead(folder);
  if (head === undefined) return;
  const path = join(folder, head.file);
  const text = readOwn(path);
  const records = AdvisoryRecords.open(folder, head);
  if (text === undefined || records === undefined)
    throw new DamagedFileError(headPath(folder), "the file of its records is not there");
  try {
    const found = createHash("sha256").update(text).digest("hex");
    if (found !== head.database.sha256)
      throw new DamagedFileError(path, "it does not hold what was imported");
    for (const piece of Object.values(head.packages)) records.read(piece);
    for (const piece of Object.values(head.files)) records.read(piece);
  } finally {
    records.close();
  }
}
