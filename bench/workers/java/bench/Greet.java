package bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.LinkedHashMap;
import java.util.Map;

/** Greets, and says how its process came to be. */
public class Greet {
  private static int calls;

  public Object greet(Map<String, Object> event) throws IOException {
    if (event.containsKey("how")) {
      byte[] environ = Files.readAllBytes(Paths.get("/proc/self/environ"));
      return new String(environ, StandardCharsets.ISO_8859_1).contains("_HANDLER=") ? "executed" : "standby";
    }
    Map<String, Object> greeting = new LinkedHashMap<>();
    greeting.put("message", "Hello " + event.get("first_name") + " " + event.get("last_name"));
    greeting.put("calls", ++calls);
    return greeting;
  }
}
