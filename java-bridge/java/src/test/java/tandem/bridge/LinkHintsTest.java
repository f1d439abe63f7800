package tandem.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Advice on missing classes is made once for each, and for a limited number of them. */
class LinkHintsTest {
  private static Function functionIn(Path root) throws IOException {
    ByteBuffer encoded = ByteBuffer.allocate(4096).order(ByteOrder.nativeOrder());
    encoded.putInt(128);
    for (String text : new String[] {"a.B::c", root.toString(), "name", "1", "group", "stream"}) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      encoded.putInt(bytes.length).put(bytes);
    }
    encoded.putInt(-1).putInt(-1);
    byte[] exact = new byte[encoded.position()];
    encoded.flip();
    encoded.get(exact);
    return new Function(new FunctionConfig(exact), 0);
  }

  private static Hint hint(Function function, String name) {
    return LinkHints.of(new NoClassDefFoundError(name), function);
  }

  @Test
  void filesAreLookedAtOnce(@TempDir Path root) throws IOException {
    Path jar = root.resolve("helper.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      out.putNextEntry(new ZipEntry("lib/Helper.class"));
    }
    Function function = functionIn(root);
    Hint first = hint(function, "lib/Helper");
    assertEquals(
        "the class lib.Helper is in helper.jar at the package's root, where jars are not searched: move it to lib/",
        first.text);
    Files.delete(jar);
    assertSame(first, hint(function, "lib/Helper"));
    function.close();
  }

  @Test
  void namesWithoutEndGetNoMoreAdvice(@TempDir Path root) throws IOException {
    Function function = functionIn(root);
    Hint last = hint(function, "lib/Helper");
    for (int i = 0; last != null && i < 1000; i++) {
      last = hint(function, "lib/Helper" + i);
    }
    assertNull(last);
    function.close();
  }
}
