const interesting =
  /\b(exec|eval|execfile|compile|marshal|subprocess|popen|system|startfile|spawn|socket|requests|httpx|aiohttp|urllib[23]?|http\.client|httplib|urlopen|b64decode|b85decode|a85decode|b32decode|b16decode|zlib|lzma|fromhex|unhexlify|codecs|decrypt|Fernet|__import__|import_module|getattr|ctypes|windll|pickle|dill|yaml|md5|sha1|environ|getenv|pynput|keyboard|pyperclip|clipboard|win32clipboard|webhook|telegram|telebot|discord|tempfile|extractall|telnetlib|ftplib|smtplib|random|ssl|xml|winreg|_winreg|pty|websocket|pyarmor|pytransform|CryptUnprotectData|wget|builtins|__builtins__|globals|dup2|gethostname|getuser)\b|pyarmor|[O0Il1]{8}|[ \t]{120}/;

/** Whether a file can say anything to the rules; most files of a large library cannot. */
export function isWorthParsing(text: string): boolean {
  return interesting.test(text);
}

const testFolder = /(^|\/)(tests?|testing|_tests?)\//i;
const testFile = /(^|\/)(test_[^/]*|[^/]*_tests?|conftest)\.pyw?$/i;

/** A test by its folder or name; narrower than the original's split, which `testify/` would escape. */
export function isTest(path: string): boolean {
  const inside = withoutTop(path);
  return testFolder.test(inside) || testFile.test(inside);
}

const notInstalled =
  /^(docs?|documentation|examples?|samples?|demos?|benchmarks?|bench|scripts?|tools?|ci|\.github|contrib|utils|dev|devtools|maint(ainer)?|packaging|notebooks?|fuzz(ing)?|profiling|perf\w*)\//i;
const taskFile =
  /^(noxfile|tasks|fabfile|dodo|release|toxfile|conf|manage|wscript|waf|benchmark\w*|bootstrap|ez_setup|get-pip)(\.py)?$/i;

/** A file of a source distribution that nothing installs: its module level runs on nobody's import. */
export function isBesideThePackage(path: string): boolean {
  const inside = withoutTop(path);
  return (
    notInstalled.test(inside) ||
    /\/(docs?|examples?)\//i.test(inside) ||
    taskFile.test(inside) ||
    noPackage.test(inside)
  );
}

/** A folder whose name is none that Python can import: `vendored-meson/`, `manual tests/`. */
const noPackage = /(^|\/)(?![\p{L}_][\p{L}\p{N}_]*\/)[^/]+\//u;

function withoutTop(path: string): string {
  return /^[^/]*-\d[^/]*\//.test(path) ? path.slice(path.indexOf("/") + 1) : path;
}

const programs = /\.(exe|dll|scr|msi|bat|vbs|ps1|jar|elf)$/i;

/** A program in the form of a machine, or a script of its shell. */
export function isProgram(path: string): boolean {
  return programs.test(path);
}
