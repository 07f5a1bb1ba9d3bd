import { decodes } from "./folding.ts";
import { mark } from "./value.ts";

/** Spellings of one thing: what a package bundles, old names, and `builtins.exec` for `exec`. */
export function canonical(name: string): string {
  return name
    .replace(/^(pip\._vendor|six\.moves|setuptools\.extern|future\.moves)\./, "")
    .replace(/^(builtins|__builtins__|__builtin__)\.(?=\w)/, "")
    .replace(/^(urllib2|urllib)\.(urlopen|Request|urlretrieve|build_opener)/, "urllib.request.$2")
    .replace(/^httplib\b/, "http.client")
    .replace(/^(nt|posix)\./, "os.")
    .replace(/^(cPickle|_pickle)\./, "pickle.");
}

const network = [
  "(requests|httpx|cloudscraper|tls_client|curl_cffi\\.requests|niquests|grequests|treq|asks)(\\.\\w*([Ss]ession|Client|create_scraper)\\(\\))?\\.(get|post|put|patch|head|delete|options|request|send|stream)",
  "urllib\\.request\\.(urlopen|urlretrieve|Request)",
  "urllib\\.request\\.(build_opener|URLopener|FancyURLopener)\\(\\)\\.(open|retrieve)",
  "urllib3\\.(request|\\w*Pool\\w*\\(\\)\\.(request|urlopen|request_encode_body))",
  "http\\.client\\.HTTPS?Connection\\(\\)\\.(request|putrequest|send|endheaders)",
  "aiohttp\\.(request|ClientSession\\(\\)\\.(get|post|put|request|ws_connect))",
  "socket\\.(create_connection|socket\\(\\)\\.(connect|connect_ex|send|sendall|sendto))",
  "ssl\\.\\w*wrap_socket\\(\\)\\.(connect|send|sendall|write)",
  "socket\\.create_connection\\(\\)\\.(send|sendall)",
  "ftplib\\.FTP(_TLS)?\\(\\)\\.stor\\w+",
  "smtplib\\.SMTP(_SSL)?\\(\\)\\.(sendmail|send_message)",
  "(wget|pget)\\.download",
  "websockets?\\.(create_connection|connect|WebSocket\\(\\)\\.(connect|send)|WebSocketApp)",
  "(dhooks|discord|discord_webhook|nextcord|discordwebhook|pyrogram|telebot|telegram|telepot|disnake)\\.[\\w.]*(Webhook|Bot|TeleBot|Discord|from_url|Client|Embed)(\\(\\)\\.(send|execute|post|send_message|send_document|sendMessage|sendDocument|run|message_loop))?",
  "pycurl\\.Curl\\(\\)\\.(setopt|perform)",
  "webbrowser\\.open(_new\\w*)?",
];
const networkCall = new RegExp(`^(${network.join("|")})$`);

/** A call that sends something to another machine or fetches from it. */
export function reachesNetwork(name: string): boolean {
  return networkCall.test(name) && name !== "webbrowser.open";
}

/** A look-up of a host name: what is put in the name leaves the machine. */
export function looksUpHost(name: string): boolean {
  return /^(socket\.(gethostbyname(_ex)?|getaddrinfo)|dns\.resolver\.(query|resolve))$/.test(name);
}

const process =
  /^(os\.(system|popen\d?|startfile|exec[lv]p?e?|spawn[lv]p?e?|posix_spawnp?)|subprocess\.(Popen|run|call|check_call|check_output|getoutput|getstatusoutput)|commands\.get(status)?output|popen2\.popen\d|pty\.spawn|asyncio\.create_subprocess_(exec|shell)|(distutils\.spawn|setuptools\._distutils\.spawn)\.spawn|sh\.\w+|ctypes\.windll\.shell32\.ShellExecute[AW]?|win32api\.ShellExecute|_winapi\.CreateProcess|pexpect\.(spawn|run))$/;

/** A call that starts a program. */
export function startsProcess(name: string): boolean {
  return process.test(name);
}

const execution =
  /^(exec|eval|compile|execfile|execfile\(\)|marshal\.loads?|types\.FunctionType|types\.CodeType|pickle\.loads?|dill\.loads|cloudpickle\.loads|runpy\.run_path|runpy\.run_module|code\.InteractiveInterpreter\(\)\.\w+|importlib\.util\.spec_from_file_location|imp\.load_\w+)$/;

/** A call that makes code of its argument. */
export function runsCode(name: string): boolean {
  return execution.test(name);
}

const hosts =
  /^(socket\.(gethostname|getfqdn|gethostbyname)|getpass\.getuser|os\.(getlogin|uname|getcwd)|platform\.(node|uname|platform)|uuid\.getnode|pwd\.getpw\w+|psutil\.(net_if_addrs|users)|netifaces\.\w+|wmi\.WMI\(\)\.\w+|GPUtil\.getGPUs|subprocess\.(check_output|getoutput|getstatusoutput)|os\.popen\(\)\.read(lines)?|subprocess\.(Popen\(\)\.(communicate|stdout)|run\(\)\.stdout)|commands\.getoutput|os\.listdir|glob\.glob)$/;
const secrets =
  /^(os\.environ(b?\.(copy|items|values|keys))?|browser_cookie3\.\w+|browsercookie\.\w+|win32crypt\.CryptUnprotectData|ctypes\.windll\.crypt32\.CryptUnprotectData|keyring\.get_(password|credential)|pyperclip\.paste|win32clipboard\.GetClipboardData|PIL\.ImageGrab\.grab|pyautogui\.screenshot|mss\.mss\(\)\.\w+|browserhistory\.\w+|sqlite3\.connect\(\)\.cursor\(\)\.fetchall)$/;

const credentials =
  /\.ssh\b|id_(rsa|ed25519|ecdsa)\b|\.aws\b|\.netrc|\.pypirc|\.npmrc|\.git-credentials|\/etc\/(passwd|shadow|hosts)\b|\.docker\/config|\.kube\b|wallet\.dat|login data|local state|cookies\.sqlite|\\cookies|\bleveldb\b|\.bash_history|\.gnupg|key[34]\.db|logins\.json|\/proc\/self\/environ|(application_default_)?credentials\.(json|db)|tdata\b/i;

/** A path or name under which credentials lie. */
export function namesCredentials(text: string): boolean {
  return text.length < 2_000 && credentials.test(text);
}

const ownedNames = /TOKEN|SECRET|PASSW|CREDENTIAL|_KEY\b|API_?KEY/;
const machineNames = /^(USER(NAME|DOMAIN|PROFILE)?|LOGNAME|COMPUTERNAME|HOSTNAME|HOME|PATH)$/;

/** What one environment variable gives away. */
export function environmentMarks(variable: string | undefined): number {
  if (variable === undefined) return 0;
  if (ownedNames.test(variable)) return mark.secret;
  return machineNames.test(variable) ? mark.host : 0;
}

/** Where what a call or attribute gives comes from, by its name. */
export function marksOfName(name: string): number {
  if (networkCall.test(name)) return name.endsWith(".Request") ? 0 : mark.fetched;
  if (/^socket\.socket\(\)\.recv/.test(name)) return mark.fetched;
  if (decodes(name)) return mark.decoded;
  if (secrets.test(name)) return mark.secret;
  return hosts.test(name) ? mark.host : 0;
}

/** Calls whose result says nothing of what went in. */
const forgetful =
  /^(len|isinstance|issubclass|hasattr|bool|print|type|id|hash|callable|os\.path\.(exists|isfile|isdir|getsize|islink)|os\.(mkdir|makedirs|remove|unlink|chmod|access)|logging\.\w+|time\.\w+|hashlib\.\w+)$/;

/** Whether the marks of the arguments are those of the result, too. */
export function keepsMarks(name: string): boolean {
  return !forgetful.test(name) && !networkCall.test(name) && !startsProcess(name);
}
