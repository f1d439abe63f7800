package tandem;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** How a function is loaded. Each method returns options that differ in one thing; {@link #DEFAULT} is where to begin. */
public final class LoadOptions {
  /** In worker processes; with what the function's template says, or else a timeout of 3 seconds and 128 MiB. */
  public static final LoadOptions DEFAULT = new LoadOptions();

  private static final List<String> LOG_FORMATS = List.of("", "Text", "JSON");
  private static final List<String> LOG_LEVELS = List.of("", "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL");

  final String runtime;
  final String name;
  final String logFormat;
  final String logLevel;
  final List<Path> layers;
  final Map<String, String> variables;
  final Duration timeout;
  final int memorySize;
  final int maxConcurrency;
  final Isolation isolation;

  private LoadOptions() {
    this("", "", "", "", List.of(), Map.of(), Duration.ZERO, 0, 0, Isolation.PROCESS);
  }

  private LoadOptions(
      String runtime,
      String name,
      String logFormat,
      String logLevel,
      List<Path> layers,
      Map<String, String> variables,
      Duration timeout,
      int memorySize,
      int maxConcurrency,
      Isolation isolation) {
    this.runtime = Objects.requireNonNull(runtime, "runtime");
    this.name = Objects.requireNonNull(name, "name");
    this.logFormat = logFormat;
    this.logLevel = logLevel;
    this.layers = List.copyOf(Objects.requireNonNull(layers, "layers"));
    this.variables = Map.copyOf(Objects.requireNonNull(variables, "variables"));
    this.timeout = timeout;
    this.memorySize = memorySize;
    this.maxConcurrency = maxConcurrency;
    this.isolation = Objects.requireNonNull(isolation, "isolation");
  }

  /** {@code java17}, {@code python3.11}, or a language's name for the newest; empty: the package decides. */
  public LoadOptions runtime(String identifier) {
    return new LoadOptions(
        identifier, name, logFormat, logLevel, layers, variables, timeout, memorySize, maxConcurrency, isolation);
  }

  /** What the handler is told, and logs have. */
  public LoadOptions name(String functionName) {
    return new LoadOptions(
        runtime, functionName, logFormat, logLevel, layers, variables, timeout, memorySize, maxConcurrency, isolation);
  }

  /**
   * {@code Text} or {@code JSON}, and the least level that is logged, from {@code TRACE}, {@code DEBUG}, {@code INFO},
   * {@code WARN} and {@code ERROR} to {@code FATAL}; empty: the language's default.
   */
  public LoadOptions log(String format, String level) {
    if (!LOG_FORMATS.contains(Objects.requireNonNull(format, "format"))) {
      throw new IllegalArgumentException("log: the format '" + format + "' is neither Text nor JSON");
    }
    if (!LOG_LEVELS.contains(Objects.requireNonNull(level, "level"))) {
      throw new IllegalArgumentException(
          "log: the level '" + level + "' is none of TRACE, DEBUG, INFO, WARN, ERROR and FATAL");
    }
    return new LoadOptions(
        runtime, name, format, level, layers, variables, timeout, memorySize, maxConcurrency, isolation);
  }

  /** Folders of unpacked layers, or archives, in their order. */
  public LoadOptions layers(List<Path> folders) {
    return new LoadOptions(
        runtime, name, logFormat, logLevel, folders, variables, timeout, memorySize, maxConcurrency, isolation);
  }

  /** The workers' environment. An inline function has the program's, and is not loaded with these. */
  public LoadOptions variables(Map<String, String> environment) {
    return new LoadOptions(
        runtime, name, logFormat, logLevel, layers, environment, timeout, memorySize, maxConcurrency, isolation);
  }

  /** Of each invocation, in whole milliseconds, not negative; null: none; zero: the default. */
  public LoadOptions timeout(Duration duration) {
    if (duration != null && duration.isNegative()) {
      throw new IllegalArgumentException("timeout: " + duration + " is negative; null is none");
    }
    return new LoadOptions(
        runtime, name, logFormat, logLevel, layers, variables, duration, memorySize, maxConcurrency, isolation);
  }

  /** In MiB; 0: the default. */
  public LoadOptions memorySize(int megabytes) {
    return new LoadOptions(
        runtime, name, logFormat, logLevel, layers, variables, timeout, megabytes, maxConcurrency, isolation);
  }

  /** Invocations at a time in one process, where the language allows more than one. */
  public LoadOptions maxConcurrency(int invocations) {
    return new LoadOptions(
        runtime, name, logFormat, logLevel, layers, variables, timeout, memorySize, invocations, isolation);
  }

  /** Where the handler runs. */
  public LoadOptions isolation(Isolation where) {
    return new LoadOptions(
        runtime, name, logFormat, logLevel, layers, variables, timeout, memorySize, maxConcurrency, where);
  }
}
