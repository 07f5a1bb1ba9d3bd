import { givenMarks, givenTexts } from "../calls.ts";
import { looksUpHost, reachesNetwork, startsProcess } from "../known-names.ts";
import type { CallRule } from "../rule.ts";
import { alarmAt } from "../rule.ts";
import { mark } from "../value.ts";

/** Data about the machine or its user that leaves it. */
const exfiltration: CallRule = (site) => {
  const { name, runs } = site;
  const command = startsProcess(name) && /\b(curl|wget|nslookup|ping|dig)\b/.test(texts(site));
  if (!reachesNetwork(name) && !looksUpHost(name) && !command) return undefined;
  const marks = givenMarks(site);
  if (looksUpHost(name) && !/\.\w/.test(texts(site))) return undefined;
  if (!(marks & (mark.host | mark.secret)) || runs === "call") return undefined;
  const what = marks & mark.secret ? "credentials or the environment" : "data about this machine";
  return {
    rule: marks & mark.secret ? "TH201" : "TH202",
    severity: "HIGH",
    confidence: "MEDIUM",
    text: `sends ${what} to another machine`,
    ...alarmAt(runs),
  };
};

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

/** Anything over the network while nobody asked for it. */
const uninvited: CallRule = ({ name, runs }) => {
  if (runs === "call" || !reachesNetwork(name)) return undefined;
  const install = runs === "install";
  return {
    rule: install ? "TH204" : "TH205",
    severity: install ? "HIGH" : "MEDIUM",
    confidence: "LOW",
    text: `reaches another machine while it is ${install ? "installed" : "imported"}`,
    alarm: "warn",
  };
};

function texts(site: Parameters<CallRule>[0]): string {
  return givenTexts(site).join("").slice(0, 20_000);
}

/** Rules about what leaves the machine or comes to it. */
export const networkRules: readonly CallRule[] = [exfiltration, dropHost, uninvited];
