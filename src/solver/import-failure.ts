import type { FailureClass } from "../model/knowledge.ts";
import type { PackageName } from "../python/name.ts";
import { detailOf } from "./detail.ts";
import type { ExceptionLink, ImportFailure, ImportReport } from "./import-report.ts";

export interface Failure {
  readonly failure: FailureClass;
  readonly detail: string;
}

/** Somebody killed it, and memory is what one is killed for; `heed` of run-end.ts looks closer. */
export const killed: Failure = {
  failure: "out-of-memory",
  detail: "it was killed: not by us, and the system tells of no want of memory",
};

/**
 * Judges an import. A release passes if the module named like it can be imported, whatever its
 * other modules need (`black` also ships `blackd`, which is for an extra); if no module has its
 * name, all must pass, save those that lack a module nobody installed.
 */
export function judgeImport(name: PackageName, report: ImportReport): Failure | undefined {
  if (report.outcome !== "imported") return judgeEnd(name, report);
  if (report.modules.some((module) => isNamedAfter(module, name))) return undefined;
  const failures = report.failures.map((failure) => judgeFailure(name, failure));
  if (report.modules.length === 0) return failures[0];
  return failures.find(({ failure }) => failure !== "import-missing-module");
}

function isNamedAfter(module: string, name: PackageName): boolean {
  return module.toLowerCase().replaceAll(/[-_.]+/g, "-") === name;
}

const outOfMemory = /MemoryError|bad_alloc|cannot allocate memory|out of memory/i;
const sigkill = 9;

function judgeEnd(name: PackageName, report: ImportReport): Failure {
  const tail = detailOf(report.tail);
  if (report.outcome === "timeout") {
    return { failure: "timeout", detail: `the import did not end in time\n${tail}`.trimEnd() };
  }
  if (report.outcome === "exit") {
    const detail = `the import ended Python with code ${report.code ?? "?"}\n${tail}`.trimEnd();
    return { failure: "import-error", detail };
  }
  const detail = `the import was ended by signal ${report.signal ?? "?"}\n${tail}`.trimEnd();
  if (report.signal === sigkill) return killed;
  if (outOfMemory.test(report.tail)) return { failure: "out-of-memory", detail };
  return { failure: isOwn(report.owner, name) ? "import-crash" : "import-error", detail };
}

function judgeFailure(name: PackageName, failure: ImportFailure): Failure {
  const detail = detailOf(failure.traceback.join("\n"));
  for (const link of failure.chain) {
    const found = classOfLink(name, link);
    if (found !== undefined) return { failure: found, detail };
  }
  return { failure: "import-error", detail };
}

/** Who raised it is not always known; then it is the release that was being imported. */
function isOwn(owner: string | undefined, name: PackageName): boolean {
  return owner === undefined || owner === name;
}

const systemLibrary =
  /cannot open shared object file|unable to find [^\n]*(shared )?library|failed to find lib|could(n't| not) (find|load|locate)[^\n]*(\blib|library|\.so)|library (was )?not (found|installed)|no [^\n]*library (called|named)/i;
const foreignAbi =
  /undefined symbol|multiarray failed to import|dtype size changed|compiled (against|using)[^\n]*(numpy|api version|abi)|binary incompatib|wrong ELF class|invalid ELF header|version `[^']+' not found|does not define module export function/i;

/** Undefined where this link says nothing, so that its cause may. */
function classOfLink(name: PackageName, link: ExceptionLink): FailureClass | undefined {
  const own = isOwn(link.owner, name);
  if (link.missing !== undefined) return classOfMissing(link, link.missing, own);
  const found = classOfError(link);
  const speaksAgainstOther = (found === "import-syntax" || found === "import-abi") && !own;
  return speaksAgainstOther ? "import-error" : found;
}

function classOfError({ types, message, standardModule }: ExceptionLink): FailureClass | undefined {
  const is = (type: string): boolean => types.includes(type);
  if (is("MemoryError") || (is("OSError") && outOfMemory.test(message))) return "out-of-memory";
  if (is("SyntaxError")) return "import-syntax";
  const isImport = is("ImportError");
  if ((isImport || is("OSError")) && systemLibrary.test(message)) return "import-system-library";
  if (foreignAbi.test(message)) return "import-abi";
  // `from collections import Mapping`: as much a matter of the Python version as its grammar.
  const ofPython = standardModule !== undefined && (isImport || is("AttributeError"));
  return ofPython ? "import-syntax" : undefined;
}

function classOfMissing(link: ExceptionLink, missing: string, own: boolean): FailureClass {
  const top = missing.split(".")[0] ?? missing;
  if (optionalParts.has(top)) return "import-system-library";
  if (link.missingIsInstalled) return "import-error";
  if (removedModules.has(top) && own) return "import-syntax";
  return "import-missing-module";
}

/** Parts of Python that depend on a library when it is built, so that some Pythons lack them. */
const optionalParts = new Set([
  "_bz2",
  "_ctypes",
  "_curses",
  "_dbm",
  "_gdbm",
  "_lzma",
  "_sqlite3",
  "_ssl",
  "_tkinter",
  "_zstd",
  "readline",
  "tkinter",
]);

/**
 * Modules of Python 2, and those that Python 3.12 and 3.13 took out (PEP 594 and the 3.12 notes):
 * who imports them was written for another Python. `distutils` is missing here, since setuptools
 * brings it.
 */
const removedModules = new Set([
  ...["ConfigParser", "Cookie", "HTMLParser", "Queue", "SocketServer", "StringIO", "Tkinter"],
  ...["UserDict", "UserList", "__builtin__", "cPickle", "cStringIO", "commands", "cookielib"],
  ...["copy_reg", "dummy_thread", "exceptions", "httplib", "htmlentitydefs", "md5", "sets"],
  ...["thread", "urllib2", "urlparse", "xmlrpclib"],
  ...["asynchat", "asyncore", "formatter", "imp", "parser", "smtpd", "symbol", "macpath"],
  ...["aifc", "audioop", "cgi", "cgitb", "chunk", "crypt", "imghdr", "lib2to3", "mailcap"],
  ...["msilib", "nis", "nntplib", "ossaudiodev", "pipes", "sndhdr", "spwd", "sunau", "telnetlib"],
  ...["uu", "xdrlib"],
]);
