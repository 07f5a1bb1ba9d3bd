import type { Rank } from "../../../model/finding.ts";
import { startsProcess } from "../known-names.ts";
import type { CallSite } from "../machine.ts";
import type { CallRule, Verdict } from "../rule.ts";

interface Lint {
  readonly rule: string;
  readonly names: RegExp;
  readonly severity: Rank;
  readonly confidence: Rank;
  readonly text: string;
  readonly unless?: (site: CallSite) => boolean;
}

const keyword = (site: CallSite, name: string) => site.keywords.get(name)?.name;

/** Weaknesses of ordinary code; numbers, ranks and meaning as bandit's rule of the same number. */
const lints: readonly Lint[] = [
  {
    rule: "TL102",
    names: /^(exec|execfile)$/,
    severity: "MEDIUM",
    confidence: "HIGH",
    text: "runs a text as code",
  },
  {
    rule: "TL307",
    names: /^eval$/,
    severity: "MEDIUM",
    confidence: "HIGH",
    text: "evaluates a text as code",
  },
  {
    rule: "TL324",
    names: /^hashlib\.(md5|sha1|md4)$/,
    severity: "HIGH",
    confidence: "HIGH",
    text: "uses a weak hash for what may be security",
    unless: (site) => keyword(site, "usedforsecurity") === "False",
  },
  {
    rule: "TL301",
    names: /^(pickle|dill|shelve|jsonpickle|pandas)\.(loads?|Unpickler|open|decode|read_pickle)$/,
    severity: "MEDIUM",
    confidence: "HIGH",
    text: "unpickles data, which runs code if it is not trusted",
  },
  {
    rule: "TL302",
    names: /^marshal\.loads?$/,
    severity: "MEDIUM",
    confidence: "HIGH",
    text: "loads marshalled code",
  },
  {
    rule: "TL506",
    names: /^yaml\.(load|load_all|unsafe_load|full_load_all)$/,
    severity: "MEDIUM",
    confidence: "HIGH",
    text: "loads YAML that may build any object",
    unless: ({ args, keywords }) => /Safe/.test((keywords.get("Loader") ?? args[1])?.name ?? ""),
  },
  {
    rule: "TL306",
    names: /^tempfile\.(mktemp)$|^os\.(tempnam|tmpnam)$/,
    severity: "MEDIUM",
    confidence: "HIGH",
    text: "makes a temporary name that others can take first",
  },
  {
    rule: "TL312",
    names: /^telnetlib\.|^ftplib\.FTP$/,
    severity: "HIGH",
    confidence: "HIGH",
    text: "speaks a protocol that hides nothing",
  },
  {
    rule: "TL314",
    names:
      /^xml\.(etree\.\w+\.(parse|iterparse|fromstring|XMLParser)|sax\.(parse|parseString|make_parser)|dom\.(minidom|pulldom)\.(parse|parseString))$/,
    severity: "MEDIUM",
    confidence: "HIGH",
    text: "reads XML that may blow up",
  },
  {
    rule: "TL310",
    names: /^urllib\.request\.(urlopen|urlretrieve)$/,
    severity: "MEDIUM",
    confidence: "HIGH",
    text: "opens any kind of URL, files of this machine too",
  },
  {
    rule: "TL311",
    names:
      /^random\.(random|randint|choice|choices|randrange|uniform|getrandbits|randbytes|sample)$/,
    severity: "LOW",
    confidence: "HIGH",
    text: "uses random numbers that can be guessed",
  },
  {
    rule: "TL323",
    names: /^ssl\._create_unverified_context$/,
    severity: "MEDIUM",
    confidence: "HIGH",
    text: "takes any certificate",
  },
  {
    rule: "TL502",
    names: /^ssl\.wrap_socket$/,
    severity: "MEDIUM",
    confidence: "HIGH",
    text: "leaves the version of TLS open",
  },
  {
    rule: "TL202",
    names: /\.extractall$/,
    severity: "HIGH",
    confidence: "LOW",
    text: "unpacks an archive that may leave its folder",
    unless: ({ keywords }) => keywords.has("filter"),
  },
  {
    rule: "TL603",
    names: /^os\.(exec[lv]p?e?|spawn[lv]p?e?|startfile)$/,
    severity: "LOW",
    confidence: "MEDIUM",
    text: "starts a program",
  },
];

const named: CallRule = (site) => {
  const lint = lints.find(({ names, unless }) => names.test(site.name) && unless?.(site) !== true);
  if (lint === undefined) return undefined;
  const { rule, severity, confidence, text } = lint;
  return { rule, severity, confidence, text };
};

/** A program that is started, worse through a shell with a text that is not constant. */
const programs: CallRule = (site) => {
  const { name, args } = site;
  if (!startsProcess(name) || /^os\.(exec|spawn|startfile)/.test(name)) return undefined;
  const shell =
    keyword(site, "shell") === "True" ||
    /^(os\.(system|popen)|commands|subprocess\.get)/.test(name);
  const constant = args[0]?.text !== undefined;
  const common = { rule: shell ? "TL602" : "TL603", confidence: "HIGH" } as const;
  if (!shell) return { ...common, severity: "LOW", text: "starts a program" };
  const severity = constant ? "LOW" : "HIGH";
  return { ...common, severity, text: "starts a program through a shell" };
};

const withoutCertificate: CallRule = (site): Verdict | undefined => {
  if (keyword(site, "verify") !== "False" || !/^(requests|httpx)\b/.test(site.name))
    return undefined;
  return {
    rule: "TL501",
    severity: "HIGH",
    confidence: "HIGH",
    text: "asks without checking the certificate",
  };
};

/** Lint: never an alarm. */
export const lintRules: readonly CallRule[] = [named, programs, withoutCertificate];
