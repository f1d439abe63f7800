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
    this.logFormat = Objects.requireNonNull(logFormat, "logFormat");
    this.logLevel = Objects.requireNonNull(logLevel, "logLevel");
    this.layers = List.copyOf(layers);
    this.variables = Map.copyOf(variables);
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

  /** {@code Text} or {@code JSON}, and the least level that is logged; empty: the language's default. */
  public LoadOptions log(String format, String level) {
    return new LoadOptions(
        runtime, name, format, level, layers, variables, timeout, memorySize, maxConcurrency, isolation);
  }

  /** Folders of unpacked layers, or archives, in their order. */
  public LoadOptions layers(List<Path> folders) {
    return new LoadOptions(
        runtime, name, logFormat, logLevel, folders, variables, timeout, memorySize, maxConcurrency, isolation);
  }

  /** The workers' environment. Inline they are ignored: the handler has the program's. */
  public LoadOptions variables(Map<String, String> environment) {
    return new LoadOptions(
        runtime, name, logFormat, logLevel, layers, environment, timeout, memorySize, maxConcurrency, isolation);
  }

  /** Of each invocation, in whole milliseconds; null: none; zero: the default. */
  public LoadOptions timeout(Duration duration) {
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
