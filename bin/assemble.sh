# Sourced by build.sh: what belongs beside the jars. $new is the distribution being made.
mkdir -p "$new/examples"
if [ -d "$ROOT/examples" ]; then
  (cd "$ROOT/examples" && find . -name target -prune -o -name src -prune -o -name pom.xml -prune -o -type f -print) |
    while IFS= read -r f; do mkdir -p "$new/examples/$(dirname "$f")" && cp -p "$ROOT/examples/$f" "$new/examples/$f"; done
fi
