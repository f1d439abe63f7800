package tandem.bridge;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One function's code in this VM: its class loader and its resolved handler.
 *
 * <p>Threads: an invocation may run on any number of threads at once; what they share is immutable.
 */
final class Function {
  final FunctionConfig config;
  final long logId;
  final FunctionClassLoader loader;
  final Serializers serializers;

  /** What is advised where a class is missing, by its name, made once: the same may be missing in each invocation. */
  final Map<String, Optional<Hint>> missing = new ConcurrentHashMap<>();

  final CancelledIds cancelled = new CancelledIds();

  private final LogContext logContext;
  private Call call;

  Function(FunctionConfig config, long logId) throws IOException {
    this.config = config;
    this.logId = logId;
    this.loader = new FunctionClassLoader(config.codeRoot, config.layers, Function.class.getClassLoader());
    this.serializers = new Serializers(loader);
    this.logContext = new LogContext(loader);
  }

  /** Resolves the handler, runs its init code, and has at hand what its first invocation needs. */
  void resolve() throws Throwable {
    call = new HandlerResolver(this).resolve(config.handler);
    call.prepare();
  }

  /** What precedes the handler in each invocation. */
  void begin(Invocation invocation) {
    logContext.begin(invocation);
    if (invocation.hasJson()) {
      invocation.parse();
    }
  }

  Call call() {
    return call;
  }

  void close() throws IOException {
    call = null;
    try {
      serializers.close();
    } finally {
      loader.close();
    }
  }
}
