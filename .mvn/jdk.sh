# Read by mvnw. Maven itself must run on the JDK that the build compiles for, since Quarkus loads the application's
# classes into Maven's process. Where the shell's own Java is older, a newer one is looked for in the usual places.

required_java=25

java_major() {
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2>/dev/null || :
}

present_java=
if [ -n "${JAVA_HOME-}" ]; then
  present_java=$(java_major "$JAVA_HOME")
elif command -v java >/dev/null 2>&1; then
  present_java=$(java -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p')
fi
if [ "${present_java:-0}" -lt "$required_java" ]; then
  set +f
  for candidate in /usr/lib/jvm/* /opt/java/* "$HOME"/.jdks/* "$HOME"/.sdkman/candidates/java/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    found_java=$(java_major "$candidate")
    if [ "${found_java:-0}" -ge "$required_java" ] && [ -x "$candidate/bin/javac" ]; then
      JAVA_HOME=$candidate
      export JAVA_HOME
      break
    fi
  done
  set -f
fi
