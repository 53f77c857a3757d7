#!/usr/bin/env bash
# Builds the distribution target/dist: lib/ native/ examples/ and the AOT caches. Called by the
# launcher with JAVA_HOME set and the reason as first argument. Progress goes to stderr, so that a
# command's own output stays clean; the full log is kept.
set -u
ROOT=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
MIN=25
. "$ROOT/bin/jdk.sh"
find_jdk || { no_jdk >&2; exit 1; }
export JAVA_HOME=$JDK
why=${1:-asked for}
LOG=$ROOT/target/build.log
started=$SECONDS
say() { printf '%s\n' "$*" >&2; }

cd "$ROOT" || exit 1
if ! command -v mvn >/dev/null 2>&1; then
  say "mamparo: the first build needs Maven 3.9 or newer, and there is no mvn on the PATH."
  say "Install it (Debian, Ubuntu: apt-get install maven; others: https://maven.apache.org), then run this again."
  exit 1
fi
mkdir -p target
exec 9>target/.build.lock
if command -v flock >/dev/null 2>&1 && ! flock -n 9; then
  say "mamparo: another build is under way; waiting for it"
  flock 9
  [ "$why" != "asked for" ] && [ -f target/dist/stamp ] &&
    [ target/dist/stamp -nt target/.build.lock ] && exit 0
fi
: >target/.build.lock

say "Building Mamparo ($why) with JDK $JDK_VERSION; the log is target/build.log"
[ "$why" = "first use" ] && say "  The first build downloads its libraries once; this takes a few minutes."
# The stamp's time is the build's start: a file saved during the build is built the next time. What
# the build itself adds to a directory that is looked at has to be there before.
for module in examples/*/pom.xml; do mkdir -p "${module%/*}/target"; done
touch target/.build.start
progress() {
  local line name
  while IFS= read -r line; do
    case $line in
      *"Building Mamparo "*"["*"/"*"]"*)
        name=${line#*Building Mamparo }
        say "  ${line##* } ${name%% *}"
        ;;
    esac
  done
}
mvn -B -ntp -Dstyle.color=never -Dmaven.test.skip=true -Dspotless.check.skip=true package 9>&- </dev/null 2>&1 |
  tee "$LOG" | progress
if [ "${PIPESTATUS[0]}" -ne 0 ]; then
  say
  grep -E '^\[(ERROR|FATAL)\]' "$LOG" | grep -vE 'Help 1|re-run Maven|full stack trace|possible solutions|^\[ERROR\] *$' | head -25 >&2
  if grep -qE 'UnknownHost|Could not transfer|Connect timed out|Connection refused' "$LOG"; then
    say "Maven could not download a library: is this machine online, or does ~/.m2/settings.xml need a proxy or mirror?"
  fi
  say "mamparo: the build failed. The whole log: $LOG"
  exit 1
fi

# A new directory each time, and a symbolic link to it: a running Mamparo keeps the jars it has.
new=$ROOT/target/dists/$(date +%s)-$$
mkdir -p "$new/lib" "$new/native"
cp -p cli/target/lib/*.jar "$new/lib/" &&
  cp -p cli/target/mamparo-cli-*.jar "$new/lib/" || { say "mamparo: the jars could not be copied to $new"; exit 1; }
cp -p cli/src/main/resources/io/mamparo/cli/*.jvm "$new/"

# Native libraries are unpacked once, here, instead of into /tmp at every start.
case $(uname -m) in x86_64) rocks=linux64 ;; aarch64) rocks=linux-aarch64 ;; *) rocks=none ;; esac
for jar in "$new"/lib/netty-*-linux-*.jar "$new"/lib/rocksdbjni-*.jar; do
  [ -f "$jar" ] || continue
  case $jar in *rocksdbjni*) what=librocksdbjni-$rocks.so ;; *) what=META-INF/native ;; esac
  (cd "$new/native" && "$JDK/bin/jar" xf "$jar" "$what" 2>>"$LOG")
done
find "$new/native" -mindepth 2 -name '*.so' -exec mv {} "$new/native/" \; 2>/dev/null
rm -rf "$new/native/META-INF"
. "$ROOT/bin/assemble.sh" || { say "mamparo: the distribution could not be put together; see $LOG"; exit 1; }

ln -sfn "$new" "$ROOT/target/dist.next" && mv -T "$ROOT/target/dist.next" "$ROOT/target/dist" 2>/dev/null ||
  { rm -f "$ROOT/target/dist" "$ROOT/target/dist.next"; ln -s "$new" "$ROOT/target/dist"; }
say "  training the start-up caches"
"$BASH" "$ROOT/bin/train.sh" >>"$LOG" 2>&1 9>&- || say "  (no start-up cache: see the log; Mamparo starts slower without)"
cp -p target/.build.start "$new/stamp"
# The one before is kept for a Mamparo that still runs from it.
ls -1dt "$ROOT"/target/dists/*/ 2>/dev/null | tail -n +3 | while IFS= read -r old; do rm -rf "$old"; done
say "Built in $((SECONDS - started)) s."
