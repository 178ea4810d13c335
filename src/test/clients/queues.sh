#!/usr/bin/env bash
# queues.sh REDIS_PORT [JOBS] [ROUNDS]: how many jobs a second bullmq does with the Redis on that port, for docs/performance.md.
# Exits with 77 where npm is missing or nothing can be fetched.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
work=$root/target/clients/queues

skip() {
  echo "skipped: $1"
  exit 77
}

command -v npm >/dev/null || skip "no npm"
mkdir -p "$work"
cp -R "$here"/queues/. "$work"
cd "$work"
npm ci --no-audit --no-fund --prefer-offline --loglevel=error || skip "npm cannot fetch bullmq"
exec node bullmq.mjs "$@"
