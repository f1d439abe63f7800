package tandem.bridge;

import com.amazonaws.services.lambda.runtime.LambdaRuntimeInternal;
import java.lang.reflect.Method;

/**
 * Puts the request id where Log4j users look for it, once a package has loaded Lambda's appender (L-39). Which package that
 * was is not known, so one that has no Log4j is passed over in silence.
 */
final class LogContext {
  private static final String[] CLASSES = {"org.apache.log4j.MDC", "org.apache.logging.log4j.ThreadContext"};
  private static final String KEY = "AWSRequestId";

  private final ClassLoader loader;
  private volatile Method[] puts;

  LogContext(ClassLoader loader) {
    this.loader = loader;
  }

  void begin(Invocation invocation) {
    if (!LambdaRuntimeInternal.getUseLog4jAppender()) {
      return;
    }
    Method[] methods = puts;
    if (methods == null) {
      methods = find();
      puts = methods;
    }
    for (Method method : methods) {
      if (method != null) {
        put(method, invocation.getAwsRequestId());
      }
    }
  }

  private Method[] find() {
    Method[] found = new Method[CLASSES.length];
    for (int i = 0; i < CLASSES.length; i++) {
      try {
        Class<?> type = Class.forName(CLASSES[i], true, loader);
        Class<?> valueType = i == 0 ? Object.class : String.class;
        found[i] = type.getMethod("put", String.class, valueType);
      } catch (ReflectiveOperationException | LinkageError e) {
        found[i] = null;
      }
    }
    return found;
  }

  private static void put(Method method, String id) {
    try {
      method.invoke(null, KEY, id);
    } catch (ReflectiveOperationException e) {
      System.err.println("The request id could not be put into the logging context: " + e);
    }
  }
}
