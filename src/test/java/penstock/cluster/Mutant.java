package penstock.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.MethodModel;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;

/** A copy of the packaged service without one of the things that keep it right. */
enum Mutant {
  /** A commit does not ask whether its fence still stands. */
  WITHOUT_FENCE_CHECK {
    @Override
    void change(Path jar) throws IOException {
      removeCheck(jar, "fence");
    }
  },

  /** A commit does not ask whether it was folded from what is applied. */
  WITHOUT_APPLIED_CHECK {
    @Override
    void change(Path jar) throws IOException {
      removeCheck(jar, "applied");
    }
  },

  /** A takeover does not look at the log for what was handed out and not applied. */
  WITHOUT_RANGE_OF_TAKEOVER {
    @Override
    void change(Path jar) throws IOException {
      returnNothing(jar, "penstock/projection/Workplace.class", "readRange");
    }
  };

  private static final Path DIRECTORY = Path.of("target", "cluster", "mutants");
  private static final ClassDesc LIST = ClassDesc.of("java.util.List");
  private static final ClassDesc FUTURE = ClassDesc.of("io.vertx.core.Future");

  abstract void change(Path jar) throws IOException;

  /** Makes the copy; tells where it is. */
  Path packaged() {
    try {
      Path copy = DIRECTORY.resolve(name());
      try (Stream<Path> files = Files.walk(ServiceProcess.PACKAGED)) {
        for (Path file : files.toList()) {
          Path to = copy.resolve(ServiceProcess.PACKAGED.relativize(file));
          if (Files.isDirectory(file)) {
            Files.createDirectories(to);
          } else {
            Files.copy(file, to, StandardCopyOption.REPLACE_EXISTING);
          }
        }
      }
      try (Stream<Path> jars = Files.list(copy.resolve("app"))) {
        change(jars.findFirst().orElseThrow());
      }
      return copy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The script marks where each check begins; the last one ends where it says so. */
  private static void removeCheck(Path jar, String check) throws IOException {
    try (FileSystem files = FileSystems.newFileSystem(jar)) {
      Path script = files.getPath("lua", "commit.lua");
      String text = Files.readString(script);
      int from = text.indexOf("-- check " + check + "\n");
      int to = text.indexOf("\n-- check", from);
      if (from < 0 || to < 0) {
        throw new IllegalStateException("commit.lua does not mark its check of " + check);
      }
      Files.writeString(
          script, text.substring(0, from) + text.substring(to + 1), StandardCharsets.UTF_8);
    }
  }

  /** The method, which reads entries from Redis, reads none any more. */
  private static void returnNothing(Path jar, String name, String method) throws IOException {
    try (FileSystem files = FileSystems.newFileSystem(jar)) {
      Path file = files.getPath(name);
      byte[] before = Files.readAllBytes(file);
      ClassFile classes = ClassFile.of();
      boolean[] found = {false};
      ClassTransform emptied =
          (builder, element) -> {
            if (element instanceof MethodModel model && model.methodName().equalsString(method)) {
              found[0] = true;
              builder.withMethodBody(
                  model.methodName(),
                  model.methodType(),
                  model.flags().flagsMask(),
                  code ->
                      code.invokestatic(LIST, "of", MethodTypeDesc.of(LIST), true)
                          .invokestatic(
                              FUTURE,
                              "succeededFuture",
                              MethodTypeDesc.of(FUTURE, ConstantDescs.CD_Object),
                              true)
                          .areturn());
            } else {
              builder.with(element);
            }
          };
      byte[] after = classes.transformClass(classes.parse(before), emptied);
      if (!found[0]) {
        throw new IllegalStateException(name + " has no method " + method);
      }
      Files.write(file, after);
    }
  }
}
