#!/usr/bin/env bash
# ./mamparo test: everything, with what it needs. Ends with the totals, alone on the last line.
set -u
ROOT=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT" || exit 1
MIN=25
. bin/jdk.sh

# program or python3:MODULE | Debian package | what for
NEEDS="
mvn|maven|the build
curl|curl|requests as a user makes them
git|git|the repository
psql|postgresql-client|statements as a user makes them
chromium|chromium|the console in a real browser
chromedriver|chromium-driver|the console in a real browser
haproxy|haproxy|a load balancer to compare with
promtool|prometheus|the form of /metrics
openssl|openssl|certificates as others make and see them
ps|procps|looking at processes
nghttp|nghttp2-client|HTTP/2 as its reference client speaks it
tar|tar|unpacking a conformance suite
setsid|util-linux|processes in sessions of their own
/usr/bin/python3|python3|services that know nothing of Mamparo
python3:flask|python3-flask|services that know nothing of Mamparo
python3:psycopg2|python3-psycopg2|services that know nothing of Mamparo
"
has() {
  case $1 in
    python3:*) /usr/bin/python3 -c "import ${1#python3:}" >/dev/null 2>&1 ;;
    *) command -v "$1" >/dev/null 2>&1 ;;
  esac
}
missing() {
  local line
  while IFS='|' read -r program package purpose; do
    [ -z "$program" ] || has "$program" || echo "$program|$package|$purpose"
  done <<<"$NEEDS"
}

lack=$(missing)
if [ -n "$lack" ]; then
  packages=$(cut -d'|' -f2 <<<"$lack" | sort -u | tr '\n' ' ')
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing what the tests need and this machine lacks: $packages"
    mkdir -p target
    # Packages that bring a server must not start it.
    policy=/usr/sbin/policy-rc.d
    if [ ! -e $policy ]; then printf '#!/bin/sh\nexit 101\n' >$policy && chmod +x $policy && made=1; fi
    # shellcheck disable=SC2086  # a list
    { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends $packages; } \
      >target/apt.log 2>&1 </dev/null || { echo "  not everything could be installed; the end of target/apt.log:"; tail -5 target/apt.log; }
    [ -n "${made:-}" ] && rm -f $policy
    lack=$(missing)
  fi
  if [ -n "$lack" ]; then
    echo "Missing, so that some tests are skipped:"
    while IFS='|' read -r program _ purpose; do echo "  $program ($purpose)"; done <<<"$lack"
    echo "To install all of it on Debian or Ubuntu: sudo apt-get install --no-install-recommends $(cut -d'|' -f2 <<<"$lack" | sort -u | tr '\n' ' ')"
  fi
fi

find_jdk || { no_jdk; exit 1; }
export JAVA_HOME=$JDK
"$BASH" bin/build.sh "for the tests" || { echo "0 passed, 1 failed"; exit 1; }

LOG=$ROOT/target/test.log
rm -rf ./*/target/surefire-reports ./*/target/failsafe-reports examples/*/*/target/surefire-reports
echo "Running the tests; the log is target/test.log"
mvn -B -ntp -Dstyle.color=never -Dmaven.test.failure.ignore=true "$@" verify </dev/null 2>&1 | tee "$LOG" |
  grep --line-buffered -E '^\[[A-Z]+\] (Building Mamparo|Tests run:.*(in|Time)|.*(FAILURE|ERROR)!|BUILD|  [A-Za-z]+(IT|Test|Sim)\b)|COMPILATION ERROR|^\[ERROR\] .*\.java' |
  sed -u -E 's/^\[(INFO|WARNING)\] //'
built=${PIPESTATUS[0]}

reports=$(find . -path '*/target/*-reports/TEST-*.xml' -not -path './target/*' | sort)
# One line a suite: tests, errors, failures, skipped (attributes of its first element).
count() {
  local total=0 n f
  for f in $reports; do
    n=$(grep -m1 '<testsuite ' "$f" | sed -nE "s/.* $1=\"([0-9]+)\".*/\1/p")
    total=$((total + ${n:-0}))
  done
  echo $total
}
tests=$(count tests) skipped=$(count skipped)
failed=$(($(count errors) + $(count failures)))
passed=$((tests - failed - skipped))

list() { # the names of the tests whose report has element $1
  for f in $reports; do
    awk -v want="<($1)[ />]" '
      /<testcase / { match($0, /name="[^"]*"/); n = substr($0, RSTART + 6, RLENGTH - 7)
                     match($0, /classname="[^"]*"/); c = substr($0, RSTART + 11, RLENGTH - 12) }
      $0 ~ want { m = ""; if (match($0, /message="[^"]*"/)) m = ": " substr($0, RSTART + 9, RLENGTH - 10)
                  print "  " c "." n m }' "$f"
  done | cut -c1-300
}
if [ "$skipped" -gt 0 ]; then echo "Skipped:"; list skipped; fi
if [ "$failed" -gt 0 ]; then echo "Failed:"; list 'failure|error'; fi
status=0
if [ "$built" -ne 0 ]; then
  grep -E '^\[ERROR\]' "$LOG" | head -20
  echo "The build failed; the whole log: $LOG"
  status=1
  [ "$failed" -gt 0 ] || failed=1
fi
[ "$failed" -gt 0 ] && status=1
if [ "$skipped" -gt 0 ] && [ "${CI:-}" = true ]; then
  echo "With CI=true a skipped test is a failure."
  failed=$((failed + skipped)) skipped=0 status=1
fi
[ "$tests" -gt 0 ] || status=1
echo "$passed passed, $failed failed, $skipped skipped"
exit $status
