package tandem.bridge;

import com.amazonaws.services.lambda.runtime.LambdaRuntimeInternal;
import java.lang.reflect.Method;

/** Puts the request id where Log4j users look for it, once the package has loaded Lambda's appender (L-39). */
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
    boolean any = false;
    for (int i = 0; i < CLASSES.length; i++) {
      try {
        Class<?> type = Class.forName(CLASSES[i], true, loader);
        Class<?> valueType = i == 0 ? Object.class : String.class;
        found[i] = type.getMethod("put", String.class, valueType);
        any = true;
      } catch (ReflectiveOperationException | LinkageError e) {
        found[i] = null;
      }
    }
    if (!any) {
      System.err.println("Customer using log4j appender but unable to load either org.apache.log4j.MDC or "
          + "org.apache.logging.log4j.ThreadContext. Customer cannot see RequestId in log4j log lines.");
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
