import { givenMarks, givenTexts } from "../calls.ts";
import { runsCode, startsProcess } from "../known-names.ts";
import type { CallSite } from "../machine.ts";
import type { CallRule } from "../rule.ts";
import { alarmAt } from "../rule.ts";
import { mark } from "../value.ts";

/** exec, eval, marshal and the like of what came over the network or was decoded. */
const unseenCode: CallRule = (site) => {
  const marks = givenMarks(site);
  if (!runsCode(site.name) || /^(compile|pickle|dill)/.test(site.name)) return undefined;
  if (marks & mark.fetched) {
    return {
      rule: "TH101",
      severity: "HIGH",
      confidence: "HIGH",
      text: `${site.name} runs code that was fetched over the network`,
      ...alarmAt(site.runs, "warn"),
    };
  }
  if (!(marks & (mark.decoded | mark.dropped)) || isSmallName(site.args[0]?.text)) return undefined;
  return {
    rule: "TH102",
    severity: "HIGH",
    confidence: "MEDIUM",
    text: `${site.name} runs code that was encoded, compressed or encrypted`,
    ...alarmAt(site.runs, site.args[0]?.text === undefined ? undefined : "block"),
  };
};

function isSmallName(text: string | undefined): boolean {
  return text !== undefined && /^[\w.]{1,40}$/.test(text);
}

const dangerous = (name: string) =>
  startsProcess(name) || /^(exec|eval|marshal\.loads|__import__)$/.test(name);

/** A call whose name is put together at run time so that nobody reads it. */
const hiddenCall: CallRule = (site) => {
  if (!(site.callee.marks & mark.hidden)) return undefined;
  const known = dangerous(site.name);
  return {
    rule: "TH103",
    severity: known ? "HIGH" : "MEDIUM",
    confidence: "MEDIUM",
    text: `calls ${known ? site.name : "something"} by a name that is decoded at run time`,
    ...alarmAt(site.runs, known ? "warn" : undefined),
  };
};

const native =
  /(VirtualAlloc(Ex)?|RtlMoveMemory|CreateThread|CreateRemoteThread|WriteProcessMemory|VirtualProtect|NtAllocateVirtualMemory|QueueUserAPC)$/;

/** Machine code that is put into memory and started. */
const machineCode: CallRule = ({ name, callee, runs }) => {
  const called = native.exec(name || (callee.name ?? ""));
  if (called === null || !/windll|kernel32|ctypes|ntdll|\?/.test(callee.name ?? ""))
    return undefined;
  return {
    rule: "TH104",
    severity: "HIGH",
    confidence: "MEDIUM",
    text: `puts machine code into memory with ${called[1]}`,
    // Which clients of Windows' own services use, too
    ...alarmAt(runs, called[1] === "RtlMoveMemory" ? undefined : "warn"),
  };
};

/** What only somebody does who does not want to be seen. */
const hiding =
  /\b(powershell|pwsh)\b.*(-e(nc\w*)?\b|hidden|iex|invoke-(e|w)|download|iwr|webrequest|\.net\.)|\bcertutil\b.*-urlcache|\bbitsadmin\b|\bmshta\b|\b(curl|wget)\b.*(\||&&|;|\.exe\b)|\/dev\/tcp\/|\bnc(at)?\b.*-e\b|\bbash -i\b|base64 (-d|--decode).*\||\bmkfifo\b.*\bnc\b|Add-MpPreference|\bregsvr32\b.*http/is;
const suspicious =
  /\b(curl|wget)\b.*(-o\b|-O\b|>)|\|\s*(ba|z|da)?sh\b|base64 (-d|--decode)|chmod \+?[0-7x]+ .*(&&|;)|\bschtasks\b.*\/create|\breg add\b|\bcrontab\b.*-|\brundll32\b/is;

/** A command that fetches, decodes or hides what it runs. */
const shellCommand: CallRule = (site) => {
  if (!startsProcess(site.name)) return undefined;
  const command = givenTexts(site).join(" ").slice(0, 20_000);
  const hides = hiding.test(command);
  if (hides || suspicious.test(command)) {
    return {
      rule: "TH105",
      severity: "HIGH",
      confidence: hides ? "HIGH" : "MEDIUM",
      text: "starts a shell command that fetches, decodes or hides what it runs",
      ...alarmAt(site.runs, hides ? "warn" : undefined),
    };
  }
  if (!/\b(curl|wget|nslookup)\b.*(https?:|\$\(|`|\.\w+\.)/is.test(command)) return undefined;
  return {
    rule: "TH106",
    severity: "MEDIUM",
    confidence: "MEDIUM",
    text: "starts a command that reaches another machine",
    ...alarmAt(site.runs),
  };
};

/** What was fetched or decoded is written to a file and that file is run. */
const droppedProgram: CallRule = (site) => {
  if (!startsProcess(site.name)) return undefined;
  let marks = givenMarks(site);
  for (const text of givenTexts(site)) {
    for (const [path, written] of site.machine.dropped) {
      if (text.includes(path)) marks |= mark.dropped | written;
    }
  }
  const runsDropped = (marks & mark.dropped) !== 0;
  const received = (marks & (mark.fetched | mark.decoded)) !== 0;
  if (!runsDropped && !received) return undefined;
  // A library that gets its sources by git or patches them does its work
  if (site.runs === "call" && ordinaryTool.test(programOf(site))) return undefined;
  return {
    rule: "TH107",
    severity: "HIGH",
    confidence: runsDropped ? "HIGH" : "MEDIUM",
    text: runsDropped
      ? "starts a file that it fetched or decoded"
      : "starts a command that it fetched or decoded",
    // Build tools and installers do so when they are called
    ...alarmAt(site.runs),
  };
};

const buildTools =
  /^\W*((\/\w+)*\/)?(git|hg|svn|pkg-config|\w*[-_]config|cmake|make|gmake|ninja|meson|python[\d.]*|pip[\d.]*|uv|cython\w*|swig\S*|protoc|g?cc|g\+\+|clang\S*|cl|nvcc|cargo|rustc|rustup|go|node|npm|npx|yarn|java\w*|mvn|gradle|uname|which|where|ld\w*|ar|nm|otool|xcrun|xcodebuild|sw_vers|brew|lsb_release|tar|unzip|cp|mv|rm|mkdir|ls|cat|echo|sh|bash|autoreconf|autoconf|\.\/\w+|configure|sphinx\S*|pytest|tox|flake8|black|twine|rst2\w+|pandoc|msgfmt|gettext|lrelease|pyrcc\d|pyuic\d|vcvars\S*|vswhere\S*|ccache|patch|sed|awk|grep|find|chmod|ln|lib\S*|dumpbin|llvm\S*|hipcc|doxygen|nm|strip|install_name_tool|codesign|coverage|mypy|isort|ruff|pre-commit|docker|apt(-get)?|yum|dpkg|rpm)\b/i;

const windowsProgram = /\.(exe|bat|vb[se]|ps1|scr)\b|^(calc|notepad|mspaint|start|explorer)\b/i;

/** A program that building has no use for, started by the installation or by an import. */
const strangeProgram: CallRule = (site) => {
  if (!startsProcess(site.name) || site.runs === "call") return undefined;
  const [command] = site.args;
  const first = command?.text ?? command?.items?.[0]?.text;
  if (first === undefined || first === "" || buildTools.test(first)) return undefined;
  return {
    rule: "TH109",
    severity: "MEDIUM",
    confidence: "LOW",
    text: "starts a program that no build needs",
    alarm: site.runs === "install" && windowsProgram.test(first) ? "block" : "warn",
  };
};

const ordinaryTool = /^\W*(git|hg|svn|bzr|patch|cmake|make|meson|ninja|tar|unzip|pip|uv)\b/i;

function programOf({ args: [command] }: CallSite): string {
  return command?.text ?? command?.items?.[0]?.text ?? command?.items?.[0]?.items?.[0]?.text ?? "";
}

/** A shell whose input and output are a connection. */
const reverseShell: CallRule = ({ name, args, runs }) => {
  if (name !== "os.dup2" && name !== "pty.spawn") return undefined;
  const wired = args.some(({ name: of }) => of?.startsWith("socket.") === true);
  if (name === "pty.spawn" ? runs === "call" : !wired) return undefined;
  return {
    rule: "TH108",
    severity: "HIGH",
    confidence: "HIGH",
    text: "gives a shell to a connection",
    alarm: "block",
  };
};

/** Rules about code and programs that are run. */
export const codeRules: readonly CallRule[] = [
  unseenCode,
  hiddenCall,
  machineCode,
  shellCommand,
  droppedProgram,
  strangeProgram,
  reverseShell,
];
