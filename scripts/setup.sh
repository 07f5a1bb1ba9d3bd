# Sourced by demo.sh and test.sh: says what is missing, then installs the packages from package-lock.json.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null
export HOME="${HOME:-$(mktemp -d)}"

missing=0
lacks() {
  printf 'missing: %s\n  help: %s\n' "$1" "$2" >&2
  missing=1
}

node_is_new_enough() {
  node -e 'const [a, b] = process.versions.node.split("."); process.exit(+a > 20 || (+a === 20 && +b >= 19) ? 0 : 1)'
}

python_is_new_enough() {
  "$1" -I -c 'import sys, venv; sys.exit(sys.version_info < (3, 8))' >/dev/null 2>&1 && "$1" -I -m pip --version >/dev/null 2>&1
}

if ! command -v node >/dev/null; then
  lacks "Node" "install Node 20.19 or newer, with npm"
elif ! node_is_new_enough; then
  lacks "Node 20.19 or newer (this is $(node --version))" "install a newer Node"
elif ! command -v npm >/dev/null; then
  lacks "npm" "install npm, which usually comes with Node"
fi
if ! python_is_new_enough python3; then
  lacks "Python 3.8 or newer with venv and pip" "on Debian and Ubuntu: apt-get install python3 python3-venv python3-pip"
fi
if ! command -v git >/dev/null; then
  lacks "git" "on Debian and Ubuntu: apt-get install git"
fi
[ "$missing" = 0 ] || exit 4

if ! bwrap --ro-bind / / --unshare-all true >/dev/null 2>&1; then
  printf 'note: no working bubblewrap; package code is not run, so wheels only and nothing is imported\n  help: on Debian and Ubuntu: apt-get install bubblewrap\n' >&2
fi

if [ ! node_modules/.package-lock.json -nt package-lock.json ]; then
  npm ci --no-audit --no-fund || exit 4
fi
