package soak;

import com.amazonaws.services.lambda.runtime.Context;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Paths;

/** What an environment of a long run does: the event is the name of it. */
public class Worker {
  private static final int PAGE_SIZE = 4096;

  private int calls;

  public long handle(String event, Context context) throws IOException {
    ++calls;
    switch (event) {
      case "log":
        System.out.println("printed " + calls);
        context.getLogger().log("logged " + calls + "\n");
        break;
      case "fail":
        throw new IllegalStateException(String.valueOf(calls));
      case "leave":
        Runtime.getRuntime().halt(1);
        break;
      case "resident":
        System.gc();
        return Long.parseLong(new String(Files.readAllBytes(Paths.get("/proc/self/statm"))).split(" ")[1]) * PAGE_SIZE;
      default:
        break;
    }
    return calls;
  }
}
