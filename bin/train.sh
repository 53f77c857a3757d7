#!/usr/bin/env bash
# Trains the AOT caches of target/dist, one for each profile: classes loaded, linked and profiled by
# a short run are ready at the next start. A cache that does not fit is ignored by the JVM.
set -u
ROOT=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
DIST=$(cd -P "$ROOT/target/dist" && pwd)
MIN=25
. "$ROOT/bin/jdk.sh"
find_jdk || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
train() {
  profile=$1; shift
  MALLOC_ARENA_MAX=2 timeout 120 "$JDK/bin/java" "@$DIST/$profile.jvm" "-XX:AOTCacheOutput=$DIST/$profile.aot" \
    "-Dmamparo.home=$ROOT/target/dist" "-Djava.library.path=$DIST/native" -cp "$DIST/lib/*" \
    "$@" || { rm -f "$DIST/$profile.aot"; return 1; }
  [ -f "$DIST/$profile.aot" ]
}
status=0
train cli io.mamparo.cli.Train cli "$work" || status=1
train server io.mamparo.cli.Train server "$work" || status=1
exit $status
