package faults;

import com.amazonaws.services.lambda.runtime.Context;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryManagerMXBean;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** One handler for everything: the event's first word says what it does. */
public class Faults {
  private static final List<byte[]> KEPT = new ArrayList<>();
  private static final String PROCESS = UUID.randomUUID().toString();
  private static int calls;
  private static int arrived;

  static {
    System.load(System.getenv("FAULTS_LIBRARY"));
  }

  private static native int fault(int number);

  public String greet(String event) {
    return "greetings to " + event;
  }

  public String handle(String event, Context context) throws Exception {
    if (event.equals("log-stream")) {
      return context.getLogStreamName();
    }
    String[] words = event.split(" ", 2);
    switch (words[0]) {
      case "count":
        return String.valueOf(++calls);
      case "echo":
        return words[1];
      case "exit":
        System.exit(Integer.parseInt(words[1]));
        return "still here";
      case "exit-now":
        Runtime.getRuntime().halt(Integer.parseInt(words[1]));
        return "still here";
      case "native":
        return String.valueOf(fault(Integer.parseInt(words[1])));
      case "native-and-say":
        words = words[1].split(" ", 2);
        fault(Integer.parseInt(words[0]));
        return words[1];
      case "raise":
        throw new IllegalStateException(words[1]);
      case "fill":
        while (true) {
          KEPT.add(new byte[1 << 20]);
        }
      case "touch":
        return String.valueOf(new byte[Integer.parseInt(words[1]) << 20].length >> 20);
      case "sleep":
        Thread.sleep(Long.parseLong(words[1]));
        return "slept";
      case "meet":
        return meet(Integer.parseInt(words[1].split(" ")[0])) + " " + System.identityHashCode(this);
      case "wait":
        System.out.println("begins");
        while (!Thread.interrupted()) {
          Thread.yield();
        }
        return "asked to yield";
      case "print":
        for (int i = 0; i < Integer.parseInt(words[1]); ++i) {
          System.out.println("printed");
        }
        return "printed";
      case "speak":
        return speak(Integer.parseInt(words[1]));
      case "property":
        return System.getProperty(words[1]);
      case "environment":
        return System.getenv(words[1]);
      case "heap":
        return (Runtime.getRuntime().maxMemory() >> 20) + " MB";
      case "options":
        return String.join(" ", ManagementFactory.getRuntimeMXBean().getInputArguments());
      case "collectors":
        StringBuilder names = new StringBuilder();
        for (MemoryManagerMXBean bean : ManagementFactory.getGarbageCollectorMXBeans()) {
          names.append(bean.getName()).append(';');
        }
        return names.toString();
      case "thread":
        Thread thread = new Thread(Faults::stay);
        thread.start();
        return "started";
      default:
        throw new IllegalArgumentException(event);
    }
  }

  /** Waits until so many invocations are in this process at a time; says which process that is. */
  private static synchronized String meet(int count) throws InterruptedException {
    int together = (arrived++ / count + 1) * count;
    Faults.class.notifyAll();
    while (arrived < together) {
      Faults.class.wait();
    }
    return PROCESS;
  }

  /** A line by System.out, by System.err, by the descriptor and by a child, in turns. */
  private static String speak(int turns) throws IOException, InterruptedException {
    FileOutputStream descriptor = new FileOutputStream(FileDescriptor.out);
    for (int i = 0; i < turns; ++i) {
      System.out.println("printed");
      System.err.println("logged");
      descriptor.write("written\n".getBytes(StandardCharsets.US_ASCII));
      new ProcessBuilder("echo", "by a child").inheritIO().start().waitFor();
    }
    return "spoken";
  }

  private static void stay() {
    while (true) {
      try {
        Thread.sleep(Long.MAX_VALUE);
      } catch (InterruptedException e) {
        // stays
      }
    }
  }
}
