#!/usr/bin/env bash
# npm run ci: from a fresh clone to `N passed, N failed`: build, lint, types, imports, unused code, tests.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
exec node scripts/ci.mjs
