package conformance;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;

/** What handlers find in their environment. */
public class Variables {
  public Map<String, String> get(List<String> names) {
    Map<String, String> found = new HashMap<>();
    for (String name : names) {
      found.put(name, System.getenv(name));
    }
    return found;
  }

  public boolean folder() throws IOException {
    return Files.isSameFile(new File("").getAbsoluteFile().toPath(), new File(System.getenv("LAMBDA_TASK_ROOT")).toPath());
  }

  public int zone() {
    return TimeZone.getDefault().getRawOffset();
  }

  public String temporary() throws IOException {
    Path file = Files.createTempFile("conformance", null);
    Files.write(file, "written".getBytes(StandardCharsets.UTF_8));
    String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    Files.delete(file);
    return text;
  }
}
