import {
  type PrescribedKind,
  runtimeSoftware,
  type UnitList,
  unitLists,
} from "../model/prescription.ts";
import { recommendationTypes } from "../model/recommendation.ts";
import {
  all,
  anything,
  atMostOne,
  boolean,
  type Check,
  integer,
  keys,
  link,
  listOf,
  mapOf,
  number,
  oneOf,
  oneOrMore,
  orNot,
  orNull,
  packageNames,
  scalar,
  specifier,
  text,
} from "./check.ts";

const texts = listOf(text, 1);
const textsOrNull = orNot(orNull(listOf(orNull(text), 1)));
const integersOrNull = orNot(orNull(listOf(orNull(integer), 1)));

const hardware = keys({
  cpu_families: integersOrNull,
  cpu_models: integersOrNull,
  cpu_flags: orNot(listOf(oneOf(["avx2", "avx512"]), 1)),
  gpu_models: textsOrNull,
});

const rpmPackage = keys(
  {
    arch: text,
    epoch: text,
    package_identifier: text,
    package_version: text,
    release: text,
    src: boolean,
  },
  { package_name: text },
);

const runtimeEnvironments = keys({
  operating_systems: listOf(keys({ name: text, version: text })),
  hardware: listOf(hardware, 1),
  python_version: orNull(specifier),
  ...Object.fromEntries(runtimeSoftware.map((name) => [`${name}_version`, orNull(specifier)])),
  platforms: textsOrNull,
  base_images: textsOrNull,
  abi: orNot(texts),
  rpm_packages: orNot(listOf(rpmPackage, 1)),
  python_packages: orNot(
    listOf(keys({ version: specifier, location: orNull(text) }, { name: packageNames }), 1),
  ),
});

const decisionTypes = ["random", "all"] as const;

const shouldInclude = keys({
  times: oneOf(["0", "1"]),
  adviser_pipeline: boolean,
  dependency_monkey_pipeline: boolean,
  labels: mapOf(text),
  dependencies: keys({
    boots: texts,
    pseudonyms: texts,
    sieves: texts,
    steps: texts,
    strides: texts,
    wraps: texts,
  }),
  recommendation_types: orNot(listOf(oneOf(recommendationTypes), 1)),
  decision_types: orNot(listOf(oneOf(decisionTypes), 1)),
  runtime_environments: runtimeEnvironments,
  library_usage: mapOf(texts),
  authenticated: orNull(boolean),
});

const levels = oneOf(["INFO", "WARNING", "ERROR"]);
const stackInfo = listOf(keys({}, { type: levels, message: text, link }));

const justification = listOf(
  keys(
    {
      package_name: packageNames,
      advisory: text,
      cve_id: text,
      cve_name: text,
      version_range: specifier,
      tag: text,
    },
    { type: levels, message: text, link },
  ),
  1,
);

const base = { log: keys({}, { type: levels, message: text }), stack_info: stackInfo };
const refusing = { ...base, not_acceptable: text, eager_stop_pipeline: text };
const oneEnd = atMostOne("not_acceptable", "eager_stop_pipeline");

const lockedVersion = scalar(
  "a version behind `==`, such as `==1.0.0`",
  (found) => found.startsWith("==") && found.length > 2,
);

const scores = all(number, (tree, name) => {
  const off = tree.kind === "scalar" && Math.abs(Number(tree.text)) > 1;
  return off ? [{ message: `${name} must be from -1.0 to 1.0`, place: tree.place }] : [];
});

const aboutRelease = { version: specifier, index_url: orNot(text), develop: boolean };
const anyRelease = keys({ name: packageNames, ...aboutRelease });
const namedRelease = keys(aboutRelease, { name: packageNames });

const stepMatch = oneOrMore(
  keys(
    {
      state: keys({
        resolved_dependencies: listOf(namedRelease, 1),
        package_version_from: listOf(namedRelease, 1),
        package_version_from_allow_other: boolean,
      }),
    },
    { package_version: anyRelease },
  ),
);
const stateMatch = keys({}, { resolved_dependencies: listOf(anyRelease) });

const stepRun = all(
  keys({
    ...refusing,
    score: orNull(scores),
    justification,
    multi_package_resolution: boolean,
  }),
  oneEnd,
  atMostOne("score", "not_acceptable"),
  atMostOne("score", "eager_stop_pipeline"),
  atMostOne("justification", "not_acceptable"),
  atMostOne("justification", "eager_stop_pipeline"),
);

const skipRun = orNull(keys(base));
const wrapRun = keys({ ...base, justification, advised_manifest_changes: anything });

/** What a unit of a kind must hold beside `name`, `type` and `should_include`. */
interface UnitShape {
  readonly match: Check;
  readonly matchRequired: boolean;
  readonly run: Check;
  readonly runRequired: boolean;
}

const packageNameMatch = oneOrMore(keys({}, { package_name: orNull(text) }));

const pseudonymRun = keys(base, {
  yield: all(
    keys(
      { yield_matched_version: boolean },
      {
        package_version: keys(
          { locked_version: orNull(lockedVersion), index_url: orNull(text) },
          { name: packageNames },
        ),
      },
    ),
  ),
});

const addedPackage = keys(
  { develop: boolean },
  { name: packageNames, locked_version: lockedVersion, index_url: text },
);

const shapes: Readonly<Record<PrescribedKind, UnitShape>> = {
  boot: {
    match: orNull(oneOrMore(keys({ package_name: orNull(text) }))),
    matchRequired: false,
    run: all(keys(refusing), oneEnd),
    runRequired: true,
  },
  pseudonym: shape(oneOrMore(keys({}, { package_version: namedRelease })), pseudonymRun),
  sieve: {
    ...shape(oneOrMore(keys({}, { package_version: anyRelease })), skipRun),
    runRequired: false,
  },
  "sieve.SkipPackage": { ...shape(packageNameMatch, skipRun), runRequired: false },
  step: shape(stepMatch, stepRun),
  "step.SkipPackage": {
    ...shape(stepMatch, orNull(keys({ ...base, multi_package_resolution: boolean }))),
    runRequired: false,
  },
  "step.AddPackage": shape(
    stepMatch,
    keys({ ...base, multi_package_resolution: boolean }, { package_version: addedPackage }),
  ),
  "step.Group": shape(
    oneOrMore(keys({}, { group: listOf(keys({}, { package_version: namedRelease }), 2) })),
    all(
      keys({
        ...refusing,
        score: orNull(scores),
        justification,
        multi_package_resolution: boolean,
      }),
      oneEnd,
    ),
  ),
  stride: shape(oneOrMore(keys({}, { state: stateMatch })), all(keys(refusing), oneEnd)),
  wrap: {
    match: orNull(oneOrMore(keys({ state: stateMatch }))),
    matchRequired: false,
    run: wrapRun,
    runRequired: true,
  },
  "wrap.GHReleaseNotes": shape(
    oneOrMore(keys({}, { state: keys({}, { resolved_dependencies: oneOrMore(namedRelease) }) })),
    keys(
      {},
      {
        release_notes: keys({ tag_version_prefix: text }, { organization: text, repository: text }),
      },
    ),
  ),
};

function shape(match: Check, run: Check): UnitShape {
  return { match, run, matchRequired: true, runRequired: true };
}

/** What a unit of a kind must look like (the original's schema v1). */
export function unitCheck(kind: PrescribedKind): Check {
  const { match, run, matchRequired, runRequired } = shapes[kind];
  return keys(
    {
      metadata: mapOf(anything),
      ...(matchRequired ? {} : { match }),
      ...(runRequired ? {} : { run }),
    },
    {
      name: text,
      type: anything,
      should_include: orNull(shouldInclude),
      ...(matchRequired ? { match } : {}),
      ...(runRequired ? { run } : {}),
    },
  );
}

/** The kinds that each list of `units:` may hold. */
export const kindsOfList: Readonly<Record<UnitList, readonly PrescribedKind[]>> = {
  boots: ["boot"],
  pseudonyms: ["pseudonym"],
  sieves: ["sieve", "sieve.SkipPackage"],
  steps: ["step", "step.SkipPackage", "step.AddPackage", "step.Group"],
  strides: ["stride"],
  wraps: ["wrap", "wrap.GHReleaseNotes"],
};

/** The list of `units:` that a kind belongs to. */
export function listOfKind(kind: PrescribedKind): UnitList {
  const list = unitLists.find((one) => kindsOfList[one].includes(kind));
  if (list === undefined) throw new Error(`no list holds units of the kind ${kind}`);
  return list;
}
