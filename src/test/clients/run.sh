#!/usr/bin/env bash
# run.sh BASE: holds the description that a running service serves against those who use it. @redocly/cli takes it, and
# clients generated from it, in TypeScript and in Java, append an event, find it in a page and read its entry.
# The service needs the stream 'orders' and the view 'open-orders' (fold merge, by subject) of it.
# Exits with 77 where a tool is missing and cannot be fetched.
set -euo pipefail
base=$1
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
work=$root/target/clients

skip() {
  echo "skipped: $1"
  exit 77
}

command -v npm >/dev/null || skip "no npm"
command -v curl >/dev/null || skip "no curl"
mkdir -p "$work"
cp -R "$here"/{typescript,java} "$work"
curl -fsS "$base/q/openapi" -o "$work/openapi.yaml"

typescript() {
  cd "$work/typescript"
  npm ci --no-audit --no-fund --prefer-offline --loglevel=error || skip "npm cannot fetch the tools"
  # What an operator's endpoint answers to a wrong request is Quarkus's own affair.
  npx redocly lint --skip-rule operation-4xx-response --format stylish ../openapi.yaml
  npx openapi-typescript ../openapi.yaml -o penstock.d.ts
  npx tsc
  node out/append-page-entry.js "$base"
  echo "typescript: appended, paged, read"
}

java() {
  cd "$work/java"
  if ! "$root/mvnw" -B -ntp -q "-Ddescription=$work/openapi.yaml" "-Dbase=$base" compile exec:java >log 2>&1; then
    cat log
    grep -q 'could not be resolved\|Could not transfer' log && skip "maven cannot fetch the tools"
    exit 1
  fi
  echo "java: appended, paged, read"
}

# Each in a shell of its own: both at once take little longer than one.
(typescript) &
typescript=$!
(java) &
java=$!
status=0
skipped=0
for one in "$typescript" "$java"; do
  ended=0
  wait "$one" || ended=$?
  case $ended in
    0) ;;
    77) skipped=77 ;;
    *) status=$ended ;;
  esac
done
((status)) || status=$skipped
exit "$status"
