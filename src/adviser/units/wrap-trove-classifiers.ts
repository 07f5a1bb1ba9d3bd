import type { Wrap } from "../unit.ts";

const status = /^Development Status :: [1237] - (.+)$/;
const pythonVersion = /^Programming Language :: Python :: (\d+\.\d+)$/;

/**
 * Remarks on what a package says of itself by its classifiers: that it is at its beginning or at
 * its end, and that this release was made for other Pythons. They are those of the newest release,
 * where the package's metadata was learnt at all.
 */
export const troveClassifiers: Wrap = {
  kind: "wrap",
  name: "trove-classifiers",
  remarks({ name, index, version }, { knowledge, runtime }) {
    const about = knowledge.about(name, index);
    if (about === undefined) return undefined;
    const release = `${name} ${version}`;
    const stage = about.classifiers.flatMap((one) => status.exec(one)?.[1] ?? [])[0];
    if (stage === "Inactive") return "is of a project that calls itself inactive";
    const pythons = about.classifiers.flatMap((one) => pythonVersion.exec(one)?.[1] ?? []);
    const other =
      about.version === version && pythons.length > 0 && !pythons.includes(runtime.python);
    return [
      ...(stage === undefined ? [] : [`${release} is of a project in the stage ${stage}`]),
      ...(other
        ? [
            `${release} names Python ${pythons.join(", ")} among its classifiers, not ${runtime.python}`,
          ]
        : []),
    ].map((message) => ({ type: "INFO", message }));
  },
};
