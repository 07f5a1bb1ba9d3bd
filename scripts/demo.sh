#!/usr/bin/env bash
# npm run demo: from a fresh clone to a lock of fixtures/projects/flask-demo, in a copy of it, with the
# releases solved by the real solver over pip's index. Knowledge is kept for the next run; THOTH_STORE moves it.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
node scripts/build.mjs >&2
project=$(mktemp -d)/flask-demo
cp -r fixtures/projects/flask-demo "$project"
printf '\n$ thoth advise %s\n' "$project" >&2
status=0
node dist/bin/thoth.js advise "$project" "$@" || status=$?
if [ -f "$project/Pipfile.lock" ]; then
  printf '\nThe lock is %s/Pipfile.lock\n' "$project" >&2
fi
exit "$status"
