#!/usr/bin/env bash
# Fuzzes what reads what others wrote, for longer than the build does. Run by
#
#   ./mamparo bench fuzz [TARGET|all [SECONDS]]     all targets, 600 seconds each
#
#   lexer     SQL texts: what they leave behind, fingerprints, trace comments
#   startup   the beginning of a database client's connection, until it has logged in
#   requests  what it sends then, cut anywhere
#   settings  SET, DEALLOCATE and start-up options
#   scram     both sides of SCRAM-SHA-256
#   http      heads, chunks and trailers of HTTP/1.1, cut anywhere
#   http2     frames and header blocks
#   stack     stack files and the texts in them
#   pem       certificates and private keys
#   tokens    JSON Web Tokens, sets of keys, RDS tokens
#   import    PgBouncer's configuration
#
# What was found is in target/fuzz/TARGET: crash-* and timeout-* are inputs, log says why. The inputs that
# reached new code are kept in corpus there and are where the next run begins.
set -euo pipefail
ROOT=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
target=${1:-all} seconds=${2:-600}
words=$(sed -n '/^#   [a-z0-9]*  */s/^#   \([a-z0-9]*\) .*/\1/p' "$0")
if [ "$target" != all ] && ! grep -qx "$target" <<<"$words"; then
  echo "bench fuzz: no target is called $target; there are all, $(paste -sd, <<<"$words" | sed 's/,/, /g')" >&2
  exit 2
fi
case $seconds in '' | *[!0-9]*) echo "bench fuzz: how long is a number of seconds, not $seconds" >&2; exit 2 ;; esac
[ "$target" != all ] || target=
mkdir -p "$ROOT/target/fuzz"
rm -f "$ROOT"/target/fuzz/"${target:-*}"/{crash,timeout,oom}-* "$ROOT"/target/fuzz/"${target:-*}"/Crash_*
cd "$ROOT"
export FUZZ_TARGET=$target FUZZ_SECONDS=$seconds FUZZ_DIRECTORY=$ROOT/target/fuzz
status=0
mvn -B -ntp -q -pl fuzz -am verify -Dspotless.check.skip=true -Dtest=none -Dit.test=FuzzIT \
  -Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false >target/fuzz/build.log 2>&1 || status=$?
for log in target/fuzz/"${target:-*}"/log; do
  name=${log#target/fuzz/} name=${name%/log}
  printf '%-9s %12s inputs  %8s a second' "$name" "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")" \
    "$(sed -n 's/^stat::average_exec_per_sec: *//p' "$log")"
  compgen -G "target/fuzz/$name/*-*[0-9a-f]" >/dev/null && printf '   FOUND: %s' "$(compgen -G "target/fuzz/$name/*-*[0-9a-f]" | paste -sd' ')"
  echo
done
[ "$status" -eq 0 ] || echo "bench fuzz: something was found, or the build failed; see target/fuzz/build.log" >&2
exit "$status"
