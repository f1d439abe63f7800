package tandem;

import java.lang.reflect.Type;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Holds functions. All runtimes of a process share its one JVM, which is this one, and its one CPython. Any thread may use
 * it, at the same time as others.
 */
public final class TandemRuntime implements AutoCloseable {
  private static final String[] LEVELS = {"", "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"};

  /** How a runtime is made. */
  public static final class Builder {
    private Consumer<LogEvent> log;
    private Path python;
    private final List<Path> loaderFolders = new ArrayList<>();
    private String cacheFolder = "";
    private final long[] numbers = new long[6];

    Builder() {}

    /**
     * Takes what functions log, from several threads at a time, and what an invocation has logged before it returns. It must
     * wait for no other thread. Without it logs are dropped.
     */
    public Builder log(Consumer<LogEvent> receiver) {
      log = receiver;
      return this;
    }

    /** The interpreter, or virtual environment, for Python functions. */
    public Builder python(Path interpreter) {
      python = interpreter;
      return this;
    }

    /** A folder of loaders for further languages. */
    public Builder loaders(Path folder) {
      loaderFolders.add(Objects.requireNonNull(folder, "folder"));
      return this;
    }

    /** For unpacked packages, and, of the first runtime, what the jar brings along; without it the user's. */
    public Builder cache(Path folder) {
      cacheFolder = Objects.requireNonNull(folder, "folder").toString();
      return this;
    }

    /** How many workers there are at a time, and how many of one function. */
    public Builder workers(int most, int mostOfOneFunction) {
      numbers[0] = most;
      numbers[1] = mostOfOneFunction;
      return this;
    }

    /** After which an idle worker is ended. */
    public Builder workerIdle(Duration duration) {
      numbers[2] = Objects.requireNonNull(duration, "duration").toMillis();
      return this;
    }

    /** START, END and REPORT are logged. */
    public Builder platformLogs(boolean areLogged) {
      numbers[4] = areLogged ? 1 : 0;
      return this;
    }

    /** A runtime identifier that the machine lacks is refused; else a newer one serves. */
    public Builder strictRuntimes(boolean areStrict) {
      numbers[5] = areStrict ? 1 : 0;
      return this;
    }

    /** Makes it; no language starts before its first function needs it. Errors: TandemException. */
    public TandemRuntime build() {
      return new TandemRuntime(this);
    }
  }

  final ExecutorService callers =
      Executors.newCachedThreadPool(
          new java.util.concurrent.ThreadFactory() {
            private final AtomicInteger count = new AtomicInteger();

            @Override
            public Thread newThread(Runnable task) {
              Thread thread = new Thread(null, task, "tandem-" + count.incrementAndGet(), STACK_SIZE);
              thread.setDaemon(true);
              return thread;
            }
          });
  final Users users = new Users();

  private static final long STACK_SIZE = 8L << 20; // what Python is made for
  private final Set<TandemFunction<?, ?>> functions = ConcurrentHashMap.newKeySet();
  private final long handle;

  private TandemRuntime(Builder builder) {
    NativeLibrary.load(builder.cacheFolder);
    List<Object> options = new ArrayList<>(List.of("java", "path", System.getProperty("java.home")));
    if (builder.python != null) {
      options.addAll(List.of("python", "path", builder.python));
    }
    handle =
        Native.createRuntime(
            Native.bytes(builder.loaderFolders),
            Native.bytes(options),
            Native.bytes(List.of(builder.cacheFolder, "")),
            builder.numbers,
            builder.log == null ? null : receiverOf(builder.log));
  }

  private static Native.LogReceiver receiverOf(Consumer<LogEvent> log) {
    return (text, functionName, requestId, stream, micros, origin, level, format) ->
        log.accept(
            new LogEvent(
                Native.text(text),
                Native.text(functionName),
                Native.text(requestId),
                Native.text(stream),
                Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1000),
                LogEvent.Origin.values()[origin],
                LEVELS[level],
                format == 1));
  }

  /** Loads a function of values that JSON has, in worker processes. */
  public TandemFunction<Object, Object> load(String handler, Path code) {
    return load(handler, code, LoadOptions.DEFAULT);
  }

  /** Loads a function of values that JSON has: maps, lists, strings, numbers, booleans and null. */
  public TandemFunction<Object, Object> load(String handler, Path code, LoadOptions options) {
    return make(handler, Object.class, () -> open(handler, code, options));
  }

  /** Loads a function of typed values, which Gson writes and reads. */
  public <I, O> TandemFunction<I, O> load(
      String handler, Path code, LoadOptions options, Class<I> event, Class<O> response) {
    Objects.requireNonNull(event, "event");
    return make(handler, response, () -> open(handler, code, options));
  }

  /**
   * Loads a function of a template by its logical ID, else its name. What the options say counts instead of what the
   * template says, and their variables beside its own. Errors: TandemException.
   */
  public TandemFunction<Object, Object> load(Template template, String function, LoadOptions options) {
    return make(function, Object.class, () -> open(template, function, options));
  }

  /** Loads a function of a template, of typed values, which Gson writes and reads. */
  public <I, O> TandemFunction<I, O> load(
      Template template, String function, LoadOptions options, Class<I> event, Type response) {
    Objects.requireNonNull(event, "event");
    return make(function, response, () -> open(template, function, options));
  }

  /**
   * Unpacks the package, a jar, a zip or a folder, and chooses the runtime; runs nothing of the user's. Errors:
   * TandemException.
   */
  private <I, O> TandemFunction<I, O> make(String name, Type response, LongSupplier open) {
    Objects.requireNonNull(response, "response");
    if (!users.enter()) {
      throw closed();
    }
    try {
      TandemFunction<I, O> function = new TandemFunction<>(this, name, open.getAsLong(), response);
      functions.add(function);
      return function;
    } finally {
      users.leave();
    }
  }

  private long open(String handler, Path code, LoadOptions options) {
    Objects.requireNonNull(handler, "handler");
    Objects.requireNonNull(code, "code");
    return load(handler, code.toString(), options, new byte[0][], new byte[0][]);
  }

  private long open(Template template, String function, LoadOptions options) {
    Objects.requireNonNull(template, "template");
    Objects.requireNonNull(function, "function");
    return load(
        "",
        "",
        options,
        Native.bytes(List.of(template.path, function, template.region)),
        pairs(template.parameters));
  }

  private long load(String handler, String code, LoadOptions options, byte[][] template, byte[][] parameters) {
    Objects.requireNonNull(options, "options");
    if (options.isolation == Isolation.INLINE && !options.variables.isEmpty()) {
      throw new IllegalArgumentException("an inline function has the variables of its program: set those");
    }
    List<Path> layers = new ArrayList<>();
    options.layers.forEach(folder -> layers.add(folder.toAbsolutePath()));
    return Native.load(
        handle,
        Native.bytes(
            List.of(handler, code, options.runtime, options.name, options.logFormat, options.logLevel)),
        Native.bytes(layers),
        pairs(options.variables),
        new long[] {
          milliseconds(options.timeout),
          options.memorySize,
          options.maxConcurrency,
          options.isolation == Isolation.INLINE ? 0 : 1
        },
        template,
        parameters);
  }

  private static byte[][] pairs(Map<String, String> values) {
    List<String> all = new ArrayList<>();
    values.forEach((name, value) -> all.addAll(List.of(name, value)));
    return Native.bytes(all);
  }

  private static long milliseconds(Duration timeout) {
    if (timeout == null) {
      return -1;
    }
    return timeout.isZero() ? 0 : Math.max(1, timeout.toMillis());
  }

  void forget(TandemFunction<?, ?> function) {
    functions.remove(function);
  }

  static TandemException closed() {
    return new TandemException(Code.UNAVAILABLE, "the runtime is closed");
  }

  /** Whether it has been closed. */
  public boolean isClosed() {
    return users.isClosed();
  }

  /**
   * Ends the runtime with its functions, once their invocations have ended. May be called again. Errors: TandemException
   * where one of those runs on this thread.
   */
  @Override
  public void close() {
    if (users.isUsedHere()) {
      throw new TandemException(
          Code.INVALID_ARGUMENT, "the runtime is closed from within an invocation of one of its functions");
    }
    if (!users.close()) {
      return;
    }
    functions.clear(); // they end with it
    callers.shutdown();
    Native.closeRuntime(handle);
  }
}
