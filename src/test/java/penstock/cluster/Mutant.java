package penstock.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Label;
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
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import penstock.schedule.delayed.TwoSteps;
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
      removeCheck(jar, "part/commit", "fence");
    }
  },

  /** A commit does not ask whether it was folded from what is applied. */
  WITHOUT_APPLIED_CHECK {
    @Override
    void change(Path jar) throws IOException {
      removeCheck(jar, "part/commit", "applied");
    }
  },

  /** A takeover does not look at the log for what was handed out and not applied. */
  WITHOUT_RANGE_OF_TAKEOVER {
    @Override
    void change(Path jar) throws IOException {
      returnNothing(jar, "penstock/consumer/worker/ConsumerGroup.class", "readRange");
    }
  },

  /** Links stay with the master that they found, as long as it takes writes. */
  STAYS_WITH_ITS_MASTER {
    @Override
    void change(Path jar) throws IOException {
      succeedAtOnce(jar, "penstock/redis/RedisLinks.class", "follow");
    }
  },

  /** An archive that is overloaded counts as one that has the event. */
  TAKES_OVERLOAD_AS_DONE {
    @Override
    void change(Path jar) throws IOException {
      deliveredIf(jar, "penstock/sink/archive/ItemStatus.class", "outcome", 429);
    }
  },

  /** What fulfils a request to the holder does not ask whether it is still to be fulfilled. */
  WITHOUT_REQUEST_CHECK {
    @Override
    void change(Path jar) throws IOException {
      removeCheck(jar, "part/commit", "request");
    }
  },

  /** An acknowledgement does not ask whether the delivery still stands. */
  WITHOUT_STALE_CHECK {
    @Override
    void change(Path jar) throws IOException {
      removeCheck(jar, "group-ack", "stale");
    }
  },

  /** An ordered group does not ask whether an event of the key is in flight. */
  WITHOUT_BUSY_CHECK {
    @Override
    void change(Path jar) throws IOException {
      removeCheck(jar, "group-pull", "busy");
    }
  },

  /** A pull group whose consumer group was destroyed goes on from the end of the log. */
  WITHOUT_PLACE_OF_GROUP {
    @Override
    void change(Path jar) throws IOException {
      replace(jar, "group-restore.lua", "is_after(f[3], state.last) and state.last or f[3]", "'$'");
    }
  },

  /** A member is there in whatever life of the log it joined. */
  WITHOUT_LIFE_OF_MEMBERS {
    @Override
    void change(Path jar) throws IOException {
      replace(jar, "part/presence.lua", "if of ~= life then", "if false then");
    }
  },

  /** A member that timed out stays what it was in its room. */
  WITHOUT_REMOVAL_OF_TIMED_OUT {
    @Override
    void change(Path jar) throws IOException {
      replace(jar, "time-out.lua", "redis.call('HDEL', members .. one.room, one.member)", "");
    }
  },

  /** Once the slots of a cluster are known, nobody hears of what has changed. */
  WITHOUT_MOVED_SLOTS {
    @Override
    void change(Path jar) throws IOException {
      returnItself(jar, "penstock/redis/cluster/SlotTable.class", "moved");
      keepFirst(jar, "penstock/redis/cluster/SlotTable$Owner.class", "replaces");
    }
  },

  /** What is due is taken off the schedule by one script and appended by another. */
  DELIVERS_IN_TWO_STEPS {
    @Override
    void change(Path jar) throws IOException {
      String steps = "/" + TwoSteps.class.getName().replace('.', '/') + ".class";
      try (FileSystem files = FileSystems.newFileSystem(jar);
          InputStream code = Objects.requireNonNull(TwoSteps.class.getResourceAsStream(steps))) {
        Files.write(files.getPath(steps), code.readAllBytes());
        callInstead(
            files.getPath("penstock", "schedule", "delayed", "DeliveryTask.class"),
            TwoSteps.class.describeConstable().orElseThrow());
      }
    }
  },

  /** Events are delivered when something is due, whether they are or not. */
  WITHOUT_DEADLINE_CHECK {
    @Override
    void change(Path jar) throws IOException {
      replace(jar, "deliver.lua", "'(' .. string.format('%.0f', now)", "'+inf'");
    }
  },

  /** What was delivered stays on the schedule. */
  WITHOUT_TAKING_OFF {
    @Override
    void change(Path jar) throws IOException {
      replace(jar, "deliver.lua", "redis.call('ZREM', due, unpack(done))", "");
      replace(jar, "deliver.lua", "redis.call('HDEL', bodies, unpack(done))", "");
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

  private static final Pattern NEXT_CHECK = Pattern.compile("\n *-- check");
  private static final Path DIRECTORY = Path.of("target", "cluster", "mutants");
  private static final ClassDesc LIST = ClassDesc.of("java.util.List");
  private static final ClassDesc EVENT = ClassDesc.of("penstock.event.Event");
  private static final ClassDesc OUTCOME = ClassDesc.of("penstock.sink.Outcome");
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
  private static void removeCheck(Path jar, String intent, String check) throws IOException {
    try (FileSystem files = FileSystems.newFileSystem(jar)) {
      Path script = files.getPath("lua", intent + ".lua");
      String text = Files.readString(script);
      int from = text.indexOf("-- check " + check + "\n");
      Matcher next = NEXT_CHECK.matcher(text);
      if (from < 0 || !next.find(from)) {
        throw new IllegalStateException(intent + ".lua does not mark its check of " + check);
      }
      Files.writeString(
          script,
          text.substring(0, from) + text.substring(next.start() + 1),
          StandardCharsets.UTF_8);
    }
  }

  private static void replace(Path jar, String script, String text, String by) throws IOException {
    try (FileSystem files = FileSystems.newFileSystem(jar)) {
      Path file = files.getPath("lua", script);
      String before = Files.readString(file);
      if (!before.contains(text)) {
        throw new IllegalStateException(script + " has no " + text);
      }
      Files.writeString(file, before.replace(text, by), StandardCharsets.UTF_8);
    }
  }

  /** The task's {@code run} hands its link, its log and its argument to another one. */
  private static void callInstead(Path file, ClassDesc owner) throws IOException {
    ClassFile classes = ClassFile.of();
    ClassDesc task = ClassDesc.of("penstock.schedule.delayed.DeliveryTask");
    ClassDesc link = ClassDesc.of("penstock.redis.RedisLink");
    ClassDesc log = ClassDesc.of("penstock.stream.log.EventLog");
    ClassDesc partition = ClassDesc.of("penstock.stream.Partition");
    boolean[] found = {false};
    ClassTransform replaced =
        (builder, element) -> {
          if (element instanceof MethodModel model && model.methodName().equalsString("run")) {
            found[0] = true;
            builder.withMethodBody(
                model.methodName(),
                model.methodType(),
                model.flags().flagsMask(),
                code ->
                    code.aload(0)
                        .getfield(task, "link", link)
                        .aload(0)
                        .getfield(task, "log", log)
                        .aload(1)
                        .invokestatic(owner, "run", MethodTypeDesc.of(FUTURE, link, log, partition))
                        .areturn());
          } else {
            builder.with(element);
          }
        };
    byte[] after = classes.transformClass(classes.parse(Files.readAllBytes(file)), replaced);
    if (!found[0]) {
      throw new IllegalStateException(file + " has no method run");
    }
    Files.write(file, after);
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

  /** The method, whose first argument is a status, answers that all is well if it is this one. */
  private static void deliveredIf(Path jar, String name, String method, int status)
      throws IOException {
    try (FileSystem files = FileSystems.newFileSystem(jar)) {
      Path file = files.getPath(name);
      ClassFile classes = ClassFile.of();
      boolean[] found = {false};
      CodeTransform prefixed =
          new CodeTransform() {
            @Override
            public void atStart(CodeBuilder code) {
              found[0] = true;
              Label other = code.newLabel();
              code.iload(0)
                  .loadConstant(status)
                  .if_icmpne(other)
                  .getstatic(OUTCOME, "DELIVERED", OUTCOME)
                  .areturn()
                  .labelBinding(other);
            }

            @Override
            public void accept(CodeBuilder code, CodeElement element) {
              code.with(element);
            }
          };
      byte[] after =
          classes.transformClass(
              classes.parse(Files.readAllBytes(file)),
              ClassTransform.transformingMethodBodies(
                  model -> model.methodName().equalsString(method), prefixed));
      if (!found[0]) {
        throw new IllegalStateException(name + " has no method " + method);
      }
      Files.write(file, after);
    }
  }

  /** The method does nothing, and says that it is done. */
  private static void succeedAtOnce(Path jar, String name, String method) throws IOException {
    replaceBody(
        jar,
        name,
        method,
        code ->
            code.invokestatic(FUTURE, "succeededFuture", MethodTypeDesc.of(FUTURE), true)
                .areturn());
  }

  /** The method, which reads entries from Redis, reads none any more. */
  private static void returnNothing(Path jar, String name, String method) throws IOException {
    replaceBody(
        jar,
        name,
        method,
        code ->
            code.invokestatic(LIST, "of", MethodTypeDesc.of(LIST), true)
                .invokestatic(
                    FUTURE,
                    "succeededFuture",
                    MethodTypeDesc.of(FUTURE, ConstantDescs.CD_Object),
                    true)
                .areturn());
  }

  private static void replaceBody(Path jar, String name, String method, Consumer<CodeBuilder> by)
      throws IOException {
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
                  model.methodName(), model.methodType(), model.flags().flagsMask(), by);
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

  /** The method, which makes something of its object, makes nothing of it. */
  private static void returnItself(Path jar, String name, String method) throws IOException {
    replaceBody(jar, name, method, code -> code.aload(0).areturn());
  }

  /** The method, which judges whether its object replaces another, says no if there is one. */
  private static void keepFirst(Path jar, String name, String method) throws IOException {
    replaceBody(
        jar,
        name,
        method,
        code -> {
          Label none = code.newLabel();
          code.aload(1).ifnull(none).iconst_0().ireturn().labelBinding(none).iconst_1().ireturn();
        });
  }
}
