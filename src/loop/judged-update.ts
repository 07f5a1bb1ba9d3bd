import type { AdviceSettings } from "../model/advice-settings.ts";
import { isValidName, packageName } from "../python/name.ts";
import { parseVersion } from "../python/version.ts";
import { ThothError } from "../util/errors.ts";

/** The release that `--update NAME==VERSION` asks about. Throws `usage`. */
export function judgedUpdate(text: string): NonNullable<AdviceSettings["update"]> {
  const [name = "", version = "", ...more] = text.split("==").map((part) => part.trim());
  const parsed = parseVersion(version);
  if (!isValidName(name) || parsed === undefined || more.length > 0)
    throw new ThothError("usage", `--update takes NAME==VERSION, not \`${text}\``);
  return { name: packageName(name), version: parsed.text };
}
