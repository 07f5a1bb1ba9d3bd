/**
 * Top-level modules of CPython's standard library: `sys.stdlib_module_names` of 3.10 to 3.13, and what
 * lies in the library folder of 3.6 to 3.9, read on 2026-11-24.
 */
const always = `
  __future__ abc antigravity argparse array ast asyncio atexit base64 bdb binascii bisect
  builtins bz2 cProfile calendar cmath cmd code codecs codeop collections colorsys compileall
  concurrent configparser contextlib copy copyreg csv ctypes curses datetime dbm decimal difflib
  dis doctest email encodings ensurepip enum errno faulthandler fcntl filecmp fileinput fnmatch
  fractions ftplib functools gc genericpath getopt getpass gettext glob grp gzip hashlib heapq
  hmac html http idlelib imaplib importlib inspect io ipaddress itertools json keyword linecache
  locale logging lzma mailbox marshal math mimetypes mmap modulefinder multiprocessing netrc
  ntpath nturl2path numbers opcode operator optparse os pathlib pdb pickle pickletools pkgutil
  platform plistlib poplib posix posixpath pprint profile pstats pty pwd py_compile pyclbr pydoc
  pydoc_data pyexpat queue quopri random re readline reprlib resource rlcompleter runpy sched
  secrets select selectors shelve shlex shutil signal site smtplib socket socketserver sqlite3
  sre_compile sre_constants sre_parse ssl stat statistics string stringprep struct subprocess
  symtable sys sysconfig syslog tabnanny tarfile tempfile termios test textwrap this threading
  time timeit tkinter token tokenize trace traceback tracemalloc tty turtle turtledemo types
  typing unicodedata unittest urllib uuid venv warnings wave weakref webbrowser wsgiref xml
  xmlrpc zipapp zipfile zipimport zlib
`;

/** Minor versions of Python 3 that have a module which others lack. */
const sometimes: Readonly<Record<string, { readonly from?: number; readonly to?: number }>> = {
  aifc: { to: 12 },
  asynchat: { to: 11 },
  asyncore: { to: 11 },
  audioop: { to: 12 },
  binhex: { to: 10 },
  cgi: { to: 12 },
  cgitb: { to: 12 },
  chunk: { to: 12 },
  contextvars: { from: 7 },
  crypt: { to: 12 },
  dataclasses: { from: 7 },
  distutils: { to: 11 },
  dummy_threading: { to: 8 },
  formatter: { to: 9 },
  graphlib: { from: 9 },
  imghdr: { to: 12 },
  imp: { to: 11 },
  lib2to3: { to: 12 },
  macpath: { to: 7 },
  macurl2path: { to: 6 },
  mailcap: { to: 12 },
  msilib: { to: 12 },
  msvcrt: {},
  nis: { to: 12 },
  nntplib: { to: 12 },
  nt: {},
  ossaudiodev: { to: 12 },
  parser: { to: 9 },
  pipes: { to: 12 },
  smtpd: { to: 11 },
  sndhdr: { to: 12 },
  spwd: { to: 12 },
  sunau: { to: 12 },
  symbol: { to: 9 },
  telnetlib: { to: 12 },
  tomllib: { from: 11 },
  uu: { to: 12 },
  winreg: {},
  winsound: {},
  xdrlib: { to: 12 },
  xxlimited: { to: 9 },
  xxsubtype: { to: 9 },
  zoneinfo: { from: 9 },
};

const modules: ReadonlySet<string> = new Set(always.trim().split(/\s+/));

/** Whether a top-level module comes with Python itself; `python`: "3.11". Names with `_` in front do. */
export function isStandardLibrary(module: string, python: string): boolean {
  if (modules.has(module) || /^_[a-z]/.test(module)) return true;
  const span = sometimes[module];
  const minor = Number(python.split(".")[1] ?? 0);
  return span !== undefined && minor >= (span.from ?? 0) && minor <= (span.to ?? minor);
}
