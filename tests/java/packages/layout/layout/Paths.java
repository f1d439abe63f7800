package layout;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Says in which order the class path is searched. */
public class Paths {
  public List<String> all() throws IOException {
    List<String> found = new ArrayList<>();
    for (URL url : Collections.list(Paths.class.getClassLoader().getResources("which.txt"))) {
      found.add(read(url));
    }
    return found;
  }

  public String first() throws IOException {
    return read(Thread.currentThread().getContextClassLoader().getResource("which.txt"));
  }

  private static String read(URL url) throws IOException {
    try (InputStream in = url.openStream();
        BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      return reader.readLine();
    }
  }
}
