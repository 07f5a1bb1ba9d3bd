import { part, type SyntaxNode, textOf } from "../../python-syntax/syntax.ts";
import { decodes, folded, foldedMethod } from "./folding.ts";
import {
  canonical,
  environmentMarks,
  keepsMarks,
  marksOfName,
  namesCredentials,
  runsCode,
} from "./known-names.ts";
import { type Arguments, type CallSite, type Machine, readNested } from "./machine.ts";
import { concatenated, memberOf } from "./members.ts";
import { mark, marksOf, type Scope, textsOf, unknown, type Value } from "./value.ts";

/** A call: rules see it, functions of the file are read, what it gives is worked out. */
export function evaluateCall(node: SyntaxNode, scope: Scope, machine: Machine): Value {
  const callee = machine.evaluate(part(node, "function"), scope);
  const given = argumentsOf(part(node, "arguments"), scope, machine);
  const name = canonical(callee.name ?? "");
  const site: CallSite = { name, callee, ...given, node, runs: machine.runs, machine };
  machine.onCall(site);
  noteWriting(site);
  if (callee.code !== undefined || callee.type !== undefined) return machine.invoke(callee, given);
  const handed = runHanded(site);
  if (runsCode(name)) return runCode(site, scope);
  const looked = lookUp(site);
  if (looked !== undefined) return looked;
  return resultOf(site, handed);
}

/** `exec code` of Python 2. */
export function evaluateExec(node: SyntaxNode, scope: Scope, machine: Machine): void {
  const code = machine.evaluate(part(node, "code"), scope);
  const callee: Value = { marks: 0, name: "exec" };
  const given = { args: [code], keywords: new Map<string, Value>() };
  const site: CallSite = { name: "exec", callee, ...given, node, runs: machine.runs, machine };
  machine.onCall(site);
  runCode(site, scope);
}

function argumentsOf(node: SyntaxNode | undefined, scope: Scope, machine: Machine): Arguments {
  const args: Value[] = [];
  const keywords = new Map<string, Value>();
  const list = node?.type === "argument_list" ? node.children : node === undefined ? [] : [node];
  for (const child of list) {
    const keyword = keywordOf(child);
    const value = machine.evaluate(
      child.type === "keyword_argument" ? part(child, "value") : child,
      scope,
    );
    if (keyword === undefined) args.push(value);
    else keywords.set(keyword, value);
  }
  return { args, keywords };
}

function keywordOf(node: SyntaxNode): string | undefined {
  if (node.type === "dictionary_splat") return "**";
  const name = node.type === "keyword_argument" ? part(node, "name") : undefined;
  return name === undefined ? undefined : textOf(name);
}

/** Marks of all that a call is given. */
export function givenMarks({ args, keywords }: Arguments): number {
  return [...args, ...keywords.values()].reduce((all, value) => all | marksOf(value), 0);
}

/** Constants in all that a call is given. */
export function givenTexts({ args, keywords }: Arguments): string[] {
  return [...args, ...keywords.values()].flatMap((value) => textsOf(value));
}

const carried = mark.fetched | mark.decoded;

/** What is written somewhere marks the place, so that running it later can be told. */
function noteWriting(site: CallSite): void {
  const { name, callee, args, machine } = site;
  if (/(^|\.)(urlretrieve|retrieve|download)$/.test(name) && marksOfName(name) & mark.fetched) {
    drop(args[1], mark.fetched, machine);
    return;
  }
  const written = args[0] === undefined ? 0 : marksOf(args[0]) & carried;
  if (name.endsWith(".copyfileobj")) drop(args[1], written, machine);
  if (!/\.(write|writelines|write_bytes|write_text|extractall)$/.test(name)) return;
  const code = /(^|[\n;])\s*(from \S+ )?import /.test(args[0]?.text ?? "");
  drop(callee.base, written | (callee.marks & mark.fetched) | (code ? mark.decoded : 0), machine);
}

function drop(place: Value | undefined, marks: number, machine: Machine): void {
  if (marks === 0) return;
  for (let at = place, depth = 0; at !== undefined && depth < 4; at = at.base, depth += 1) {
    at.marks |= mark.dropped | marks;
    if (at.text !== undefined && at.text.length > 2) machine.dropped.set(at.text, marks);
    for (const item of at.items ?? []) item.marks |= mark.dropped | marks;
  }
}

const runsWhatItIsGiven =
  /(^|\.)(Thread|Timer|Process|submit|map|filter|run|run_until_complete|create_task|gather|register|apply(_async)?|call_soon|call_later|start_new_thread|Listener|reduce|partial|after|addaudithook|run_in_executor|do)$/;

/** `Thread(target=f, args=(x,))`, `map(f, xs)`, `atexit.register(f)`: something will call it. */
function runHanded({ name, args, keywords, machine }: CallSite): number {
  if (!runsWhatItIsGiven.test(name)) return 0;
  const all = [...args, ...keywords.values()];
  const handed = all.filter(({ code }) => code !== undefined);
  if (handed.length === 0) return 0;
  const passed = keywords.get("args")?.items ?? all.filter((value) => !handed.includes(value));
  return handed
    .map((value) => machine.invoke(value, { args: passed, keywords: new Map() }))
    .reduce((marks, value) => marks | marksOf(value), 0);
}

/** `exec(code)`: what is known of the code is read where it runs. */
function runCode(site: CallSite, scope: Scope): Value {
  const [code] = site.args;
  const text = code?.text;
  const marks = code === undefined ? 0 : marksOf(code);
  if (site.name === "compile") return { marks, text, name: "compile()" };
  if (site.name.startsWith("marshal.")) return { marks: marks | mark.decoded };
  if (text !== undefined && /^(exec|eval|execfile)$/.test(site.name)) {
    if (site.name === "eval" && text.length < 200 && /^[\w.]+$/.test(text)) {
      return { marks: marks & mark.decoded ? mark.hidden : 0, name: canonical(text) };
    }
    const value = readNested(site.machine, text, site.node, scope);
    if (value !== undefined && site.name === "eval") return value;
  }
  return { marks, base: code };
}

/** Calls that give a module, an attribute or a variable by its name. */
function lookUp({ name, args }: CallSite): Value | undefined {
  const [first, second] = args;
  if (first === undefined) return undefined;
  if (name === "__import__" || name === "importlib.import_module") return moduleNamed(first);
  if (name === "getattr" && second !== undefined) return attributeNamed(first, second);
  if (/^os\.(getenv|environ\.(get|pop))$/.test(name)) return unknown(environmentMarks(first.text));
  return undefined;
}

function moduleNamed({ text, marks }: Value): Value {
  return { marks: text === undefined ? marks : hiddenBy(marks), name: text };
}

function attributeNamed(owner: Value, name: Value): Value {
  if (name.text === undefined) return unknown(marksOf(owner) | name.marks);
  const member = memberOf(owner, name.text);
  const hidden = hiddenBy(name.marks);
  return hidden === 0 ? member : { ...member, marks: member.marks | hidden };
}

function hiddenBy(marks: number): number {
  return marks & mark.decoded ? mark.hidden : 0;
}

function resultOf(site: CallSite, handed: number): Value {
  const { name, callee, args } = site;
  const owner = callee.base;
  const method = name.slice(name.lastIndexOf(".") + 1);
  const text =
    folded(name, args) ??
    (owner?.text === undefined ? undefined : foldedMethod(method, owner.text, args));
  const mapped = name === "map" && args[0]?.name === "chr" ? mappedCharacters(args[1]) : undefined;
  let marks = marksOfName(name) | handed | readMarks(site);
  if (keepsMarks(name)) marks |= givenMarks(site) | callee.marks;
  if (decodes(name) || unusualCodec(method, args)) marks |= mark.decoded;
  const result = { marks, text, base: owner ?? args[0] };
  if (mapped !== undefined) return { ...result, items: mapped };
  if (text === undefined && /^(list|tuple|iter|sorted)$/.test(name)) {
    return { ...result, items: args[0]?.items };
  }
  if (text === undefined && method === "format") return { ...concatenated([...args]), marks };
  return {
    ...result,
    name: callee.name === undefined ? undefined : `${name}()`,
    items: kept(site),
  };
}

/** What a path or command is made of stays readable in what joins it. */
function kept({ name, args }: CallSite): readonly Value[] | undefined {
  return /(^|\.)(join|Path|abspath|expanduser|expandvars|quote|dumps|str|encode)$/.test(name)
    ? args
    : undefined;
}

function unusualCodec(method: string, [codec]: readonly Value[]): boolean {
  return method === "decode" && /^(hex|base64|zlib|zip|rot)/.test(codec?.text ?? "");
}

function mappedCharacters(list: Value | undefined): readonly Value[] | undefined {
  return list?.items?.map(({ text }) => ({
    marks: mark.decoded,
    text: text === undefined ? undefined : folded("chr", [{ marks: 0, text }]),
  }));
}

/** Reading a file in which credentials lie. */
function readMarks({ name, args, keywords }: CallSite): number {
  if (
    !/^(open|io\.open|codecs\.open|pathlib\.Path|sqlite3\.connect|os\.path\.join|shutil\.copy\w*)$/.test(
      name,
    )
  ) {
    return 0;
  }
  return givenTexts({ args, keywords }).some(namesCredentials) ? mark.secret : 0;
}
