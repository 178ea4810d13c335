package penstock.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
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
import java.util.Objects;
import java.util.stream.Stream;
import penstock.view.fold.Defect;

/**
 * A copy of the packaged service without one of the things that keep it right, or with a defect
 * that it must bear.
 */
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
      returnNothing(jar, "penstock/projection/worker/ConsumerGroup.class", "readRange");
    }
  },

  /** What fulfils a request to the holder does not ask whether it is still to be fulfilled. */
  WITHOUT_REQUEST_CHECK {
    @Override
    void change(Path jar) throws IOException {
      removeCheck(jar, "request");
    }
  },

  /** A member that timed out stays what it was in its room. */
  WITHOUT_REMOVAL_OF_TIMED_OUT {
    @Override
    void change(Path jar) throws IOException {
      removeLine(jar, "time-out", "    redis.call('HDEL', members .. one.room, one.member)\n");
    }
  },

  /** The fold {@code count} has the defects of {@link Defect}. */
  WITH_DEFECTIVE_COUNT {
    @Override
    void change(Path jar) throws IOException {
      String defect = "/" + Defect.class.getName().replace('.', '/') + ".class";
      try (FileSystem files = FileSystems.newFileSystem(jar);
          InputStream code = Objects.requireNonNull(Defect.class.getResourceAsStream(defect))) {
        Files.write(files.getPath(defect), code.readAllBytes());
        callFirst(
            files.getPath("penstock", "view", "fold", "Count.class"), "apply", Defect.class, "at");
      }
    }
  };

  private static final Path DIRECTORY = Path.of("target", "cluster", "mutants");
  private static final ClassDesc LIST = ClassDesc.of("java.util.List");
  private static final ClassDesc EVENT = ClassDesc.of("penstock.event.Event");
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

  private static void removeLine(Path jar, String script, String line) throws IOException {
    try (FileSystem files = FileSystems.newFileSystem(jar)) {
      Path file = files.getPath("lua", script + ".lua");
      String text = Files.readString(file);
      if (!text.contains(line)) {
        throw new IllegalStateException(script + ".lua has no such line");
      }
      Files.writeString(file, text.replace(line, ""), StandardCharsets.UTF_8);
    }
  }

  /** The method first hands its second argument, an event, to another one. */
  private static void callFirst(Path file, String method, Class<?> owner, String called)
      throws IOException {
    ClassFile classes = ClassFile.of();
    CodeTransform prefixed =
        new CodeTransform() {
          @Override
          public void atStart(CodeBuilder code) {
            code.aload(2)
                .invokestatic(
                    owner.describeConstable().orElseThrow(),
                    called,
                    MethodTypeDesc.of(ConstantDescs.CD_void, EVENT));
          }

          @Override
          public void accept(CodeBuilder code, CodeElement element) {
            code.with(element);
          }
        };
    ClassTransform changed =
        ClassTransform.transformingMethodBodies(
            model -> model.methodName().equalsString(method), prefixed);
    Files.write(file, classes.transformClass(classes.parse(Files.readAllBytes(file)), changed));
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
