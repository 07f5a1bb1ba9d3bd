import { givenMarks, givenTexts } from "../calls.ts";
import { looksUpHost, reachesNetwork, startsProcess } from "../known-names.ts";
import type { CallRule } from "../rule.ts";
import { alarmAt } from "../rule.ts";
import { mark, marksOf, type Value } from "../value.ts";

/** Data about the machine or its user that leaves it. */
const exfiltration: CallRule = (site) => {
  const { name, runs } = site;
  const command = startsProcess(name) && /\b(curl|wget|nslookup|ping|dig)\b/.test(texts(site));
  if (!reachesNetwork(name) && !looksUpHost(name) && !command) return undefined;
  const marks = givenMarks(site) & (mark.host | mark.secret);
  if (marks === 0 || (looksUpHost(name) && !/\.\w/.test(texts(site)))) return undefined;
  const both = marks === (mark.host | mark.secret);
  const worst = both || namesDropHost(texts(site)) ? "block" : undefined;
  const what = marks & mark.secret ? "credentials or the environment" : "data about this machine";
  return {
    rule: marks & mark.secret ? "TH201" : "TH202",
    severity: runs === "call" ? "MEDIUM" : "HIGH",
    confidence: worst === undefined ? "LOW" : "MEDIUM",
    text: `sends ${what} to another machine`,
    ...alarmAt(runs, worst),
  };
};

/** Keys to somebody's money, sent under their name. */
const walletKeys: CallRule = ({ name, args, keywords }) => {
  if (!reachesNetwork(name)) return undefined;
  const sent = [...args, ...keywords.values()].flatMap((value) => namesIn(value, 3));
  if (!sent.some((key) => /^(private_?key|mnemonic|seed_?phrase|wallet_?key)$/i.test(key))) {
    return undefined;
  }
  return {
    rule: "TH207",
    severity: "HIGH",
    confidence: "MEDIUM",
    text: "sends a private key to another machine",
    alarm: "block",
  };
};

function namesIn(value: Value, depth: number): readonly string[] {
  if (depth === 0) return [];
  const inside = [...(value.entries?.values() ?? []), ...(value.items ?? []).slice(0, 100)];
  return [...(value.entries?.keys() ?? []), ...inside.flatMap((one) => namesIn(one, depth - 1))];
}

const dropHosts =
  /discord(app)?\.com\/api\/(v\d+\/)?webhooks\/\d|api\.telegram\.org\/bot|\b(pastebin\.com\/raw|rentry\.co|hastebin\.com|paste\.\w+\.\w+|transfer\.sh|file\.io|gofile\.io|anonfiles\.com|0x0\.st|catbox\.moe|webhook\.site|requestbin\.\w+|pipedream\.net|requestcatcher\.com|beeceptor\.com|canarytokens\.\w+|burpcollaborator\.net|interact\.sh|interactsh\.\w+|oast(ify)?\.\w+|dnslog\.\w+|ceye\.io|bxss\.\w+|xss\.ht|ngrok(-free)?\.\w+|serveo\.net|localhost\.run|trycloudflare\.com|loca\.lt|grabify\.link|iplogger\.\w+|ipinfo\.io|ipify\.org|ip-api\.com|ident\.me|repl\.co|glitch\.me|000webhostapp\.com|cdn\.discordapp\.com\/attachments|dropbox\.com\/s\w*\/|eo\w+\.m\.pipedream)/i;
const bareAddress =
  /\bhttps?:\/\/(?!127\.|0\.0\.0\.0|10\.|192\.168\.|169\.254\.)\d{1,3}(\.\d{1,3}){3}\b/;

/** A text that names a place where stolen data is dropped or programs are fetched from. */
export function namesDropHost(text: string): boolean {
  return text.length < 20_000 && (dropHosts.test(text) || bareAddress.test(text));
}

const dropHost: CallRule = (site) => {
  if (!reachesNetwork(site.name) || site.runs === "call") return undefined;
  if (!namesDropHost(texts(site))) return undefined;
  return {
    rule: "TH203",
    severity: "HIGH",
    confidence: "MEDIUM",
    text: "reaches a bare address, or a host made for dropping data and files",
    ...alarmAt(site.runs),
  };
};

/** An address that is decoded first, so that nobody reads it. */
const hiddenAddress: CallRule = (site) => {
  if (!reachesNetwork(site.name) && !/HTTPS?Connection$/.test(site.name)) return undefined;
  const [address] = site.args;
  if (address === undefined || !(marksOf(address) & mark.decoded)) return undefined;
  if (site.runs === "call" && !/^https?:|\.\w+$/.test(address.text ?? "")) return undefined;
  return {
    rule: "TH206",
    severity: "HIGH",
    confidence: "MEDIUM",
    text: "reaches another machine by an address that is decoded first",
    alarm: "block",
  };
};

const sourceHosts =
  /https?:\/\/([\w.-]+\.)?(github\.com|githubusercontent\.com\/[\w-]+\/[\w-]+\/(main|master|v?\d)|gitlab\.com|gnu\.org|gnome\.org|sourceforge\.net|apache\.org|python\.org|kernel\.org|mozilla\.org|w3\.org|xmlsoft\.org|zlib\.net)\b/i;

/** Anything over the network while nobody asked for it. */
const uninvited: CallRule = (site) => {
  const { name, runs, machine } = site;
  const beacon = looksUpHost(name) && /^[\w-]+(\.[\w-]+)+$/.test(site.args[0]?.text ?? "");
  if (runs === "call" || !(reachesNetwork(name) || beacon)) return undefined;
  const install = runs === "install";
  const entry = /(^|\/)(setup|__init__)\.py$|^([^/]*-\d[^/]*\/)?[^/]+\.py$/.test(machine.path);
  const known = sourceHosts.test(texts(site)) || !entry;
  return {
    rule: install ? "TH204" : "TH205",
    severity: install ? "HIGH" : "MEDIUM",
    confidence: known ? "LOW" : "MEDIUM",
    text: `reaches another machine while it is ${install ? "installed" : "imported"}`,
    alarm: known ? "warn" : "block",
  };
};

function texts(site: Parameters<CallRule>[0]): string {
  return givenTexts(site).join("").slice(0, 20_000);
}

/** Rules about what leaves the machine or comes to it. */
export const networkRules: readonly CallRule[] = [
  exfiltration,
  walletKeys,
  hiddenAddress,
  dropHost,
  uninvited,
];
