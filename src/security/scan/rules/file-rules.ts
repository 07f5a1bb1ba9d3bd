import { disguisedNames } from "../../../python-syntax/source-text.ts";
import { looksUpHost, reachesNetwork, startsProcess } from "../known-names.ts";
import type { FileFacts, FileRule } from "../rule.ts";
import { alarmAt } from "../rule.ts";
import { namesDropHost } from "./network-rules.ts";

/** Texts that rules look for in a whole file, by the name of the trace they leave. */
export const traced: Readonly<Record<string, (text: string) => string | undefined>> = {
  theft: (text) => theft.exec(text)?.[0].toLowerCase(),
  dropHost: (text) => (namesDropHost(text) ? text.slice(0, 80) : undefined),
  listener: (text) => (text.length < 300 ? listener.exec(text)?.[0] : undefined),
  webhook: (text) => webhook.exec(text)?.[0],
  persistence: (text) => persistence.exec(text)?.[0],
  wallet: (text) => wallet.exec(text)?.[0],
};

const listener =
  /\b(burpcollaborator\.net|interact\.sh|interactsh\.\w+|oast(ify)?\.\w+|oast\.\w+|canarytokens\.\w+|dnslog\.cn|ceye\.io|bxss\.\w+|xss\.ht|webhook\.site\/|requestbin\.\w+|m\.pipedream\.net|requestcatcher\.com|beeceptor\.com|ngrok(-free)?\.(io|app|dev)|trycloudflare\.com|serveo\.net)/i;
const theft =
  /os_crypt|encrypted_key|\\?Local State|Login Data|dQw4w9WgXcQ:|Local Storage[\\/]+leveldb|wallet\.dat|\.ROBLOSECURITY|discordcanary|discordptb|Opera GX Stable|User Data[\\/]+Default|YandexBrowser|BraveSoftware|\bExodus\b|Atomic[\\/]+Local|moz_cookies|Web Data|mfa\\?\.\[\\w-\]|\[\\w-\]\{24\}\\?\.|nkbihfbeogaeaoehlefnkodbefgpgknn|api\/v\d+\/users\/@me|tdata\b|metamask|\.ssh[\\/]+id_rsa|Chrome[\\/]+User Data/i;
const webhook =
  /discord(app)?\.com\/api\/(v\d+\/)?webhooks\/\d{15,}\/[\w-]{30,}|api\.telegram\.org\/bot\d{6,}:[\w-]{20,}|^\d{8,10}:AA[\w-]{30,}$/;
const persistence =
  /CurrentVersion\\+Run\b|Start Menu\\+Programs\\+Startup|Programs[\\/]+Startup|\/etc\/(cron|profile|rc\.local|systemd\/system)|\.config\/(autostart|systemd\/user)|LaunchAgents|LaunchDaemons|\.bashrc|\.zshrc|\.bash_profile|\.profile$/i;
const wallet =
  /\^\(?(\?:)?(bc1|\[13\]|0x\[|L\[|\[LM|T\[|r\[|4\[|D\{)|^(bc1q[a-z0-9]{25,60}|0x[a-f0-9]{40}|T[A-HJ-NP-Za-km-z1-9]{33})$/i;

function called(facts: FileFacts, test: (name: string) => boolean): boolean {
  return [...facts.called].some(test);
}

/** Places where browsers, messengers and wallets keep secrets, in a file that can send them. */
const credentialTheft: FileRule = (facts) => {
  const trace = facts.traces.get("theft");
  if (trace === undefined) return undefined;
  const sends = called(facts, reachesNetwork);
  const decrypts = called(facts, (name) => /CryptUnprotectData|decrypt/.test(name));
  const many = trace.texts.size;
  if (many < 2 || !(sends || decrypts) || (many < 3 && !facts.traces.has("dropHost"))) {
    return undefined;
  }
  return {
    rule: "TH301",
    severity: "HIGH",
    confidence: many > 3 ? "HIGH" : "MEDIUM",
    text: "looks for what browsers, messengers or wallets keep, and can send it",
    alarm: "block",
    line: trace.line,
  };
};

/** A service that shows somebody what was sent to it, in a file that can send. */
const listeningService: FileRule = (facts) => {
  const trace = facts.traces.get("listener");
  const sends = (name: string) => reachesNetwork(name) || looksUpHost(name) || startsProcess(name);
  if (trace === undefined || !called(facts, sends)) return undefined;
  return {
    rule: "TH308",
    severity: "HIGH",
    confidence: "MEDIUM",
    text: "can send to a service that only shows what was sent to it",
    alarm: "block",
    line: trace.line,
  };
};

/** A whole key to somebody's channel, in a file that can use it. */
const ownChannel: FileRule = (facts) => {
  const trace = facts.traces.get("webhook");
  if (trace === undefined) return undefined;
  return {
    rule: "TH302",
    severity: "HIGH",
    confidence: "MEDIUM",
    text: "holds the key of a messenger's channel to which it can send",
    alarm: "block",
    line: trace.line,
  };
};

/** Makes sure that something runs at each start of the machine. */
const staysOnMachine: FileRule = (facts) => {
  const trace = facts.traces.get("persistence");
  const writes = (name: string) =>
    /\.write$|\.write_text$|SetValueEx|shutil\.(copy|move)\w*|CreateShortCut/.test(name) ||
    startsProcess(name);
  const install = facts.runs === "install";
  if (trace === undefined || !(install || called(facts, writes))) return undefined;
  const more = install || called(facts, (name) => /SetValueEx/.test(name));
  return {
    rule: "TH303",
    severity: "MEDIUM",
    confidence: more ? "MEDIUM" : "LOW",
    text: "can make something run at each start of the machine or of a shell",
    ...(more ? { alarm: install ? "block" : "warn" } : {}),
    line: trace.line,
  };
};

const clipboard = /^(pyperclip|win32clipboard|clipboard|pandas\.io\.clipboard)\.|\.clipboard_get$/;

/** Replaces addresses of wallets in the clipboard. */
const clipboardSwap: FileRule = (facts) => {
  const trace = facts.traces.get("wallet");
  const reads = called(facts, (name) => clipboard.test(name));
  if (trace === undefined || !reads) return undefined;
  return {
    rule: "TH304",
    severity: "HIGH",
    confidence: "HIGH",
    text: "looks for addresses of wallets in the clipboard",
    alarm: "block",
    line: trace.line,
  };
};

/** Records keys and can send them. */
const keyRecorder: FileRule = (facts) => {
  const records = called(facts, (name) =>
    /^(pynput\.(keyboard\.)?(keyboard\.)?Listener|keyboard\.(on_press|on_release|hook)|pyHook|pyxhook)/.test(
      name,
    ),
  );
  if (!records || !(called(facts, reachesNetwork) || facts.traces.has("dropHost")))
    return undefined;
  return {
    rule: "TH305",
    severity: "HIGH",
    confidence: "MEDIUM",
    text: "records keys that are pressed, in a file that can send them",
    alarm: facts.traces.has("dropHost") ? "block" : "warn",
    line: 1,
  };
};

const farRight = /^[^\n#'"]{0,200}?[ \t]{120,}(;|import |exec|eval|from |__import__|_?=|try:)/m;

/** A statement pushed so far to the right that nobody sees it. */
const outOfSight: FileRule = ({ text, runs }) => {
  const match = farRight.exec(text);
  if (
    match === null ||
    !/;|exec|eval|__import__/.test(text.slice(match.index, match.index + 4_000))
  ) {
    return undefined;
  }
  const blanks = /\S[^\n]*?[ \t]{120,}/.test(match[0]);
  if (!blanks && !/exec|eval|__import__/.test(match[0])) return undefined;
  return {
    rule: "TH306",
    severity: "HIGH",
    confidence: "HIGH",
    text: "hides a statement behind hundreds of blanks",
    ...alarmAt(runs === "call" ? "import" : runs),
    line: text.slice(0, match.index).split("\n").length,
  };
};

/** Names of ten characters and more that use three letters at most, e.g. `oOO0oOO0Oo`. */
function junkNames(text: string): number {
  const names = new Set(text.slice(0, 400_000).match(/\b[A-Za-z_]\w{9,}\b/g) ?? []);
  let count = 0;
  for (const name of names) if (new Set(name.toLowerCase()).size <= 3) count += 1;
  return count;
}

const packers = /__pyarmor__|\bpyarmor_runtime\b|\bpytransform\b|BlankOBF|Obfuscated (with|by) /;

/** Code that was made unreadable. */
const unreadable: FileRule = ({ text, runs, called: names }) => {
  const junk = junkNames(text);
  const packer = packers.test(text.slice(0, 20_000)) && text.length > 200;
  const runsCode = ["exec", "eval", "__import__", "getattr", "marshal.loads"].some((name) =>
    names.has(name),
  );
  if (!(junk > 12 || (packer && (runsCode || /__pyarmor__/.test(text))))) return undefined;
  return {
    rule: "TH307",
    severity: "MEDIUM",
    confidence: "MEDIUM",
    text: "its code was made unreadable on purpose",
    alarm: junk > 12 && runsCode && runs === "install" ? "block" : "warn",
    line: 1,
  };
};

const powerful =
  /^(exec|eval|compile|__import__|getattr|globals|os|sys|subprocess|socket|system|popen|builtins|importlib|marshal|base64|b64decode|urllib|requests|ctypes)$/i;

/** Names written in letters that look otherwise and that Python takes for plain ones. */
const inOtherLetters: FileRule = ({ text, runs }) => {
  const found = [...disguisedNames(text)].find(({ name }) => powerful.test(name));
  if (found === undefined) return undefined;
  return {
    rule: "TH308",
    severity: "HIGH",
    confidence: "MEDIUM",
    text: `writes ${found.name} in letters that hide it`,
    alarm: runs === "install" ? "block" : "warn",
    line: text.slice(0, found.index).split("\n").length,
  };
};

/** Rules about a file as a whole. */
export const fileRules: readonly FileRule[] = [
  credentialTheft,
  listeningService,
  ownChannel,
  staysOnMachine,
  clipboardSwap,
  keyRecorder,
  outOfSight,
  unreadable,
  inOtherLetters,
];
