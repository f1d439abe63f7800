package state;

import java.io.BufferedReader;
import java.io.File;
import java.io.FileReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.time.ZoneId;
import java.util.Date;
import java.util.Locale;
import java.util.Map;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.TreeSet;

/** Handlers that tell what a worker's process and VM are like. */
public class State {
  /** What differs between any two environments. */
  private static final String OWN = "AWS_LAMBDA_LOG_STREAM_NAME";

  private static final String ZONE_AT_START = String.valueOf(System.getProperty("user.timezone"));
  private static int calls;

  /** Whether this process has executed the worker's program for its function, and how often this has been called. */
  public String start(String event) throws IOException {
    byte[] environ = Files.readAllBytes(Paths.get("/proc/self/environ"));
    String variables = new String(environ, StandardCharsets.ISO_8859_1);
    return (variables.contains("_HANDLER=") ? "executed " : "standby ") + ++calls;
  }

  /** All that a handler may see of its process without looking into /proc for its variables and its age. */
  public String state(String event) throws Exception {
    StringBuilder all = new StringBuilder();
    Map<String, String> variables = new TreeMap<>(System.getenv());
    variables.remove(OWN);
    add(all, "variables", variables);
    add(all, "one", System.getenv("MINE"));
    add(all, "child's", new TreeSet<>(output("env")));
    add(all, "properties", new TreeMap<>(System.getProperties()));
    add(all, "directory", new File("").getAbsolutePath());
    add(all, "file", new File("x/../y").getCanonicalPath());
    add(all, "path", Paths.get("z").toAbsolutePath());
    add(all, "working directory", Files.readSymbolicLink(Paths.get("/proc/self/cwd")));
    Path temporary = Files.createTempFile("state", null);
    add(all, "temporary", temporary.getParent());
    Files.delete(temporary);
    File older = File.createTempFile("state", null);
    add(all, "temporary file", older.getParent());
    Files.delete(older.toPath());
    add(all, "zone at start", ZONE_AT_START);
    add(all, "zone", TimeZone.getDefault().getID() + " " + ZoneId.systemDefault() + " " + new Date(0));
    add(all, "zone's property", System.getProperty("user.timezone"));
    add(all, "locale", Locale.getDefault() + " " + Locale.getDefault(Locale.Category.FORMAT));
    add(all, "charset", Charset.defaultCharset());
    add(all, "heap", Runtime.getRuntime().maxMemory());
    add(all, "options", ManagementFactory.getRuntimeMXBean().getInputArguments());
    Thread thread = Thread.currentThread();
    add(all, "thread", thread.getName() + " " + thread.getPriority() + thread.isDaemon() + thread.getThreadGroup().getName());
    add(all, "loader", thread.getContextClassLoader().getClass() + " " + (thread.getContextClassLoader() == State.class.getClassLoader()));
    add(all, "files", files());
    for (String line : Files.readAllLines(Paths.get("/proc/self/status"))) {
      if (line.startsWith("Name:") || line.matches("Sig(Pnd|Blk|Ign|Cgt):.*") || line.startsWith("Umask:")) {
        add(all, "status", line);
      }
    }
    add(all, "limits", Files.readAllLines(Paths.get("/proc/self/limits")));
    return all.toString();
  }

  private static void add(StringBuilder all, String name, Object value) {
    all.append(name).append(": ").append(value).append('\n');
  }

  private static TreeSet<String> output(String program) throws IOException {
    TreeSet<String> lines = new TreeSet<>();
    Process process = new ProcessBuilder(program).start();
    try (BufferedReader reader = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (!line.startsWith(OWN) && !line.startsWith("_=")) {
          lines.add(line);
        }
      }
    }
    return lines;
  }

  /** What a process of the operating system's is given, without what the VM has opened. */
  private static TreeSet<String> files() throws IOException {
    TreeSet<String> files = new TreeSet<>();
    for (int i = 0; i < 4; i++) {
      Path link = Paths.get("/proc/self/fd/" + i);
      files.add(i + " " + Files.readSymbolicLink(link).toString().replaceAll("\\d+", "N"));
    }
    return files;
  }

  /** A variable, and what the VM and the C library make of the time zone's. */
  /** The first line of a file. */
  public String line(String path) throws IOException {
    try (BufferedReader reader = new BufferedReader(new FileReader(path))) {
      return reader.readLine();
    }
  }

  public String variable(String name) {
    return System.getenv(name) + " " + TimeZone.getDefault().getID();
  }

  /** What the VM was started with. */
  public String started(String event) {
    return System.getProperty("mine") + " " + (Runtime.getRuntime().maxMemory() >> 20) + " " + Locale.getDefault() + " "
        + System.getProperty("java.library.path") + " " + System.getProperty("user.dir");
  }
}
