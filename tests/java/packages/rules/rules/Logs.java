package rules;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaLogger;
import com.amazonaws.services.lambda.runtime.LambdaRuntime;
import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import java.nio.charset.StandardCharsets;

/** What handlers write. */
public class Logs {
  static {
    System.out.println("in init");
  }

  public String logger(String in, Context context) {
    context.getLogger().log(in);
    return null;
  }

  public String nullText(Object in, Context context) {
    context.getLogger().log((String) null);
    return null;
  }

  public String bytes(String in, Context context) {
    context.getLogger().log(in.getBytes(StandardCharsets.UTF_8));
    return null;
  }

  public String levels(String in, Context context) {
    LambdaLogger logger = context.getLogger();
    logger.log(in + "-trace", LogLevel.TRACE);
    logger.log(in + "-info", LogLevel.INFO);
    logger.log(in + "-warn", LogLevel.WARN);
    logger.log((in + "-bytes").getBytes(StandardCharsets.UTF_8), LogLevel.ERROR);
    logger.log((in + "-filtered").getBytes(StandardCharsets.UTF_8), LogLevel.TRACE);
    logger.log(in + "-plain");
    return null;
  }

  /** Once at each level, and once without one. */
  public String everyLevel(String in, Context context) {
    for (LogLevel level : LogLevel.values()) {
      if (level != LogLevel.UNDEFINED) {
        context.getLogger().log(in, level);
      }
    }
    context.getLogger().log(in);
    return null;
  }

  public String runtimeLogger(String in) {
    LambdaRuntime.getLogger().log(in);
    return null;
  }

  public String streams(String in) {
    System.out.println(in + " out \u00e9");
    System.err.println(in + " err");
    System.out.print("no newline");
    return null;
  }

  public String thread(String in) throws InterruptedException {
    Thread thread = new Thread(() -> System.out.println(in + " from a thread"));
    thread.start();
    thread.join();
    return null;
  }

  public String uncaught(String in) throws InterruptedException {
    Thread thread = new Thread(() -> {
      throw new IllegalStateException(in);
    });
    thread.start();
    thread.join();
    return null;
  }
}
