# Sourced by the launcher: finds a JDK. Reads its `release` file rather than running java, which
# would cost more than everything else the launcher does. Needs MIN; sets JDK and JDK_VERSION.

# Sets JDK_VERSION to the major version of the JDK in $1, or fails.
jdk_version() {
  local line
  JDK_VERSION=
  [ -n "$1" ] && [ -x "$1/bin/java" ] && [ -r "$1/release" ] || return 1
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in
      JAVA_VERSION=*)
        line=${line#JAVA_VERSION=}
        line=${line//\"/}
        JDK_VERSION=${line%%[.+-]*}
        ;;
    esac
  done <"$1/release"
  case $JDK_VERSION in '' | *[!0-9]*) return 1 ;; esac
}

# A JDK that is new enough and can compile (a JRE cannot build).
jdk_fits() {
  jdk_version "$1" && [ "$JDK_VERSION" -ge "$MIN" ] && [ -x "$1/bin/javac" ]
}

# What JAVA_HOME and PATH name comes first: that is a choice somebody made.
find_jdk() {
  local java place
  SEEN=
  if [ -n "${JAVA_HOME:-}" ]; then
    if jdk_fits "$JAVA_HOME"; then JDK=$JAVA_HOME; return 0; fi
    jdk_version "$JAVA_HOME" && SEEN="$SEEN  JAVA_HOME=$JAVA_HOME is version $JDK_VERSION"$'\n'
  fi
  if java=$(command -v java 2>/dev/null) && [ -n "$java" ]; then
    java=$(readlink -f "$java" 2>/dev/null || echo "$java")
    place=${java%/bin/java}
    if jdk_fits "$place"; then JDK=$place; return 0; fi
    jdk_version "$place" && SEEN="$SEEN  java on the PATH ($place) is version $JDK_VERSION"$'\n'
  fi
  for place in ${MAMPARO_JDK_PLACES-/usr/lib/jvm/* /usr/java/* /opt/* /opt/java/* /usr/local/* \
    "${HOME:-/nonexistent}"/.sdkman/candidates/java/* "${HOME:-/nonexistent}"/.jdks/* \
    "${HOME:-/nonexistent}"/.asdf/installs/java/* "${HOME:-/nonexistent}"/.local/share/mise/installs/java/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home}; do
    if jdk_fits "$place"; then JDK=$place; return 0; fi
    jdk_version "$place" && SEEN="$SEEN  $place is version $JDK_VERSION"$'\n'
  done
  JDK=
  return 1
}

no_jdk() {
  echo "mamparo: no JDK $MIN or newer was found (looked at JAVA_HOME, PATH and the usual places)."
  [ -n "$SEEN" ] && printf 'Found, but too old or without a compiler:\n%s' "$SEEN"
  echo "Install one, for example Eclipse Temurin $MIN (https://adoptium.net; packages for Debian, Ubuntu, Fedora),"
  echo "or with SDKMAN: sdk install java $MIN-tem. If you have one elsewhere, set JAVA_HOME to it."
}
