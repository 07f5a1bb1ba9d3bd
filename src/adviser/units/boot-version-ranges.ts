import type { ProjectRequirement } from "../../model/project.ts";
import { listed } from "../../reports/wording.ts";
import type { Boot } from "../unit.ts";

const boundAbove = /==|<|~=/;
const most = 8;

/** Says of which lines any version will do, and which have no upper bound. */
export const versionRanges: Boot = {
  kind: "boot",
  name: "version-ranges",
  run({ project }) {
    const lines = project.requirements.filter(({ source }) => source === undefined);
    const free = lines.filter(({ specifier }) => specifier === "" || specifier === "*");
    const open = lines.filter(
      ({ specifier }) => specifier !== "" && specifier !== "*" && !boundAbove.test(specifier),
    );
    const parts = [
      ...(free.length === 0 ? [] : [`no version range: ${names(free)}`]),
      ...(open.length === 0 ? [] : [`no upper bound: ${names(open)}`]),
    ];
    return { notes: parts.length === 0 ? [] : [{ type: "INFO", message: parts.join("; ") }] };
  },
};

function names(requirements: readonly ProjectRequirement[]): string {
  return listed([...new Set(requirements.map(({ name }) => name))], most);
}
