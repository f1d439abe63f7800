package tandem.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import com.amazonaws.services.lambda.runtime.Context;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** K-05 to K-09, K-11, H-JAVA-50: the class path's order, and whose classes come first. */
class FunctionClassLoaderTest {
  @Test
  void sortsByCodePoint() {
    List<String> names = Arrays.asList("\uFF5E.jar", "\uD83D\uDE00.jar", "a.jar", "A.jar", "\u03bb.jar", "4.jar", "ab.jar");
    names.sort(FunctionClassLoader::compareCodePoints);
    assertEquals(
        Arrays.asList("4.jar", "A.jar", "a.jar", "ab.jar", "\u03bb.jar", "\uFF5E.jar", "\uD83D\uDE00.jar"), names);
  }

  @Test
  void lookStopsAtFoldersAndOtherNames(@TempDir Path root) throws IOException {
    Files.createDirectories(root.resolve("lib/folder.jar"));
    for (String name : new String[] {"b.jar", "a.jar", ".jar", "c.JAR", "d.zip"}) {
      Files.createFile(root.resolve("lib").resolve(name));
    }
    Path layer = Files.createDirectories(root.resolve("layer/java/lib"));
    Files.createFile(layer.resolve("z.jar"));
    List<String> layers = Arrays.asList(root.resolve("layer").toString(), root.resolve("none").toString());
    try (FunctionClassLoader loader = new FunctionClassLoader(root.toString(), layers, getClass().getClassLoader())) {
      String[] found = Arrays.stream(loader.getURLs()).map(url -> url.getPath().replaceAll(".*/(.)", "$1"))
          .toArray(String[]::new);
      assertEquals(Arrays.asList("a.jar", "b.jar", "z.jar"), Arrays.asList(found).subList(1, found.length));
      assertEquals(root.toUri().toURL(), loader.getURLs()[0]);
    }
  }

  @Test
  void laterLayersReplaceEarlierOnesJars_K11(@TempDir Path root) throws IOException {
    Path first = Files.createDirectories(root.resolve("first/java/lib"));
    Path second = Files.createDirectories(root.resolve("second/java/lib"));
    for (String name : new String[] {"m.jar", "shared.jar", "z.jar"}) {
      Files.createFile(first.resolve(name));
    }
    for (String name : new String[] {"a.jar", "shared.jar"}) {
      Files.createFile(second.resolve(name));
    }
    List<String> layers = Arrays.asList(root.resolve("first").toString(), root.resolve("second").toString());
    String code = Files.createDirectories(root.resolve("code")).toString();
    try (FunctionClassLoader loader = new FunctionClassLoader(code, layers, getClass().getClassLoader())) {
      List<URL> expected = Arrays.asList(second.resolve("a.jar").toUri().toURL(), first.resolve("m.jar").toUri().toURL(),
          second.resolve("shared.jar").toUri().toURL(), first.resolve("z.jar").toUri().toURL());
      assertEquals(expected, Arrays.asList(loader.getURLs()).subList(1, loader.getURLs().length));
    }
  }

  @Test
  void theRuntimesInterfacesComeFirst(@TempDir Path root) throws Exception {
    try (FunctionClassLoader loader =
        new FunctionClassLoader(root.toString(), Collections.emptyList(), getClass().getClassLoader())) {
      assertSame(Context.class, loader.loadClass(Context.class.getName()));
    }
  }
}
