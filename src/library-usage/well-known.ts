/**
 * Packages whose modules have another name, by import: where nobody saw the package installed, the
 * project page of each says so (checked against their wheels' top_level.txt or RECORD by hand).
 */
const packages: Readonly<Record<string, string>> = {
  attr: "attrs",
  bs4: "beautifulsoup4",
  cv2: "opencv-python",
  Crypto: "pycryptodome",
  dateutil: "python-dateutil",
  discord: "discord-py",
  docx: "python-docx",
  dotenv: "python-dotenv",
  fitz: "pymupdf",
  git: "gitpython",
  github: "pygithub",
  google: "protobuf",
  jose: "python-jose",
  jwt: "pyjwt",
  ldap: "python-ldap",
  magic: "python-magic",
  memcache: "python-memcached",
  mpl_toolkits: "matplotlib",
  MySQLdb: "mysqlclient",
  nacl: "pynacl",
  OpenSSL: "pyopenssl",
  PIL: "pillow",
  pkg_resources: "setuptools",
  pptx: "python-pptx",
  psycopg2: "psycopg2-binary",
  rest_framework: "djangorestframework",
  serial: "pyserial",
  skimage: "scikit-image",
  sklearn: "scikit-learn",
  slugify: "python-slugify",
  snappy: "python-snappy",
  socketio: "python-socketio",
  telegram: "python-telegram-bot",
  tlz: "toolz",
  usb: "pyusb",
  websocket: "websocket-client",
  win32api: "pywin32",
  wx: "wxpython",
  yaml: "pyyaml",
  zmq: "pyzmq",
};

/** The package that a top-level module is usually had from; undefined: the one of its own name, if any. */
export function wellKnownPackage(module: string): string | undefined {
  return Object.hasOwn(packages, module) ? packages[module] : undefined;
}
