package tandem.bridge;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One function's classes: the package's directory, then its {@code lib/*.jar}, then the {@code java/lib/*.jar} of its
 * layers as of one directory in which a later layer's jar replaces an earlier one's of its name (K-11); jars by code
 * point (K-05 to K-10). The runtime's classes come first (H-JAVA-50).
 */
final class FunctionClassLoader extends URLClassLoader {
  static {
    registerAsParallelCapable();
  }

  FunctionClassLoader(String codeRoot, List<String> layers, ClassLoader parent) throws MalformedURLException {
    super(urls(codeRoot, layers), parent);
  }

  private static URL[] urls(String codeRoot, List<String> layers) throws MalformedURLException {
    File root = new File(codeRoot);
    List<URL> urls = new ArrayList<>();
    urls.add(root.toURI().toURL());
    addAll(jarsOf(Collections.singletonList(new File(root, "lib"))), urls);
    List<File> libraries = new ArrayList<>();
    for (String layer : layers) {
      libraries.add(new File(layer, "java/lib"));
    }
    addAll(jarsOf(libraries), urls);
    return urls.toArray(new URL[0]);
  }

  private static void addAll(Collection<File> jars, List<URL> urls) throws MalformedURLException {
    for (File jar : jars) {
      urls.add(jar.toURI().toURL());
    }
  }

  /** The jars of some directories, sorted by their names; of those with the same name the last directory's. */
  private static Collection<File> jarsOf(List<File> directories) {
    SortedMap<String, File> jars = new TreeMap<>(FunctionClassLoader::compareCodePoints);
    for (File directory : directories) {
      String[] names = directory.list((dir, name) -> name.length() > ".jar".length() && name.endsWith(".jar"));
      for (String name : names == null ? new String[0] : names) {
        File jar = new File(directory, name);
        if (jar.isFile()) {
          jars.put(name, jar);
        }
      }
    }
    return jars.values();
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
