import type { Justification } from "../../model/advice.ts";
import { momentText } from "../../util/moment.ts";
import type { Boot } from "../unit.ts";

/**
 * Last day on which each Python gets fixes for its security, from the Python developer's guide,
 * "Status of Python versions", as of 2026-11; the days to come are what it plans.
 */
const endOfLife: Readonly<Record<string, string>> = {
  "2.7": "2020-01-01",
  "3.5": "2020-09-30",
  "3.6": "2021-12-23",
  "3.7": "2023-06-27",
  "3.8": "2024-10-07",
  "3.9": "2025-10-31",
  "3.10": "2026-10-31",
  "3.11": "2027-10-31",
  "3.12": "2028-10-31",
  "3.13": "2029-10-31",
  "3.14": "2030-10-31",
};

/** Says what the advice is for, and warns of a Python that nobody mends any more. */
export const environment: Boot = {
  kind: "boot",
  name: "environment",
  run({ runtime, project }) {
    const { operatingSystem, python, pythonFull, markers, interpreter } = runtime;
    const system = `${operatingSystem.name} ${operatingSystem.version}`.trimEnd();
    const here = interpreter === undefined ? "declared, no interpreter here" : "found here";
    const message = `the advice is for Python ${pythonFull} on ${system} (${markers.platform_machine}), ${here}`;
    const notes: Justification[] = [{ type: "INFO", message }];
    const ended = endOfLife[python];
    const moment = project.settings?.moment ?? 0;
    if (ended !== undefined && momentText(moment) > ended)
      notes.push({
        type: "WARNING",
        message: `Python ${python} gets no fixes any more since ${ended}: new releases of packages leave it out`,
      });
    return { notes };
  },
};
