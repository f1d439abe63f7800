package tandem.bridge;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One function's classes: the package's directory, then its {@code lib/*.jar}, then each layer's {@code java/lib/*.jar},
 * each directory's jars by code point (K-05 to K-10). The runtime's classes come first (H-JAVA-50).
 */
final class FunctionClassLoader extends URLClassLoader {
  static {
    registerAsParallelCapable();
  }

  FunctionClassLoader(String codeRoot, List<String> layers, ClassLoader parent) throws MalformedURLException {
    super(urls(codeRoot, layers), parent);
  }

  private static URL[] urls(String codeRoot, List<String> layers) throws MalformedURLException {
    List<URL> urls = new ArrayList<>();
    File root = new File(codeRoot);
    urls.add(root.toURI().toURL());
    addJars(new File(root, "lib"), urls);
    for (String layer : layers) {
      addJars(new File(layer, "java/lib"), urls);
    }
    return urls.toArray(new URL[0]);
  }

  private static void addJars(File directory, List<URL> urls) throws MalformedURLException {
    String[] names = directory.list((dir, name) -> name.length() > ".jar".length() && name.endsWith(".jar"));
    if (names == null) {
      return;
    }
    Arrays.sort(names, FunctionClassLoader::compareCodePoints);
    for (String name : names) {
      File jar = new File(directory, name);
      if (jar.isFile()) {
        urls.add(jar.toURI().toURL());
      }
    }
  }

  static int compareCodePoints(String a, String b) {
    int i = 0;
    while (i < a.length() && i < b.length()) {
      int x = a.codePointAt(i);
      int y = b.codePointAt(i);
      if (x != y) {
        return Integer.compare(x, y);
      }
      i += Character.charCount(x);
    }
    return Integer.compare(a.length(), b.length());
  }
}
