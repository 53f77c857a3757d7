# Sourced by build.sh: what belongs beside the jars. $new is the distribution being made.
mkdir -p "$new/examples"
if [ -d "$ROOT/examples" ]; then
  (cd "$ROOT/examples" && find . -name target -prune -o -name src -prune -o -name pom.xml -prune -o -type f -print) |
    while IFS= read -r f; do mkdir -p "$new/examples/$(dirname "$f")" && cp -p "$ROOT/examples/$f" "$new/examples/$f"; done
fi
# The cars example's program beside its stack file, where ${MAMPARO_HOME} finds it.
if [ -f "$ROOT/examples/cars/target/rental.jar" ]; then
  cp -p "$ROOT/examples/cars/target/rental.jar" "$new/examples/cars/" &&
    cp -pr "$ROOT/examples/cars/target/lib" "$new/examples/cars/"
fi
# In the format that start-up caches can hold.
for jar in "$new"/lib/picocli-*.jar; do
  "$JDK/bin/java" -cp "$new/lib/*" io.mamparo.cli.Modern "$jar" >>"$LOG" 2>&1 || { say "mamparo: $jar could not be rewritten"; exit 1; }
done
