package tandem.bridge;

import java.io.File;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/** What a package holds, read where a name of it was not found. Looks at a limited number of files. */
final class PackageFiles {
  private static final int MOST_FILES = 50_000;
  private static final String CLASS = ".class";
  private static final char NO_CHARACTER = '\uFFFD'; // what bytes that are not UTF-8 are read as

  private final File root;
  private int seen;

  /** Paths of class files below the package's root, without the suffix. */
  final List<String> classes = new ArrayList<>();

  /** The same of the jars that are on the class path. */
  final List<String> inJars = new ArrayList<>();

  /** Paths of Java sources below the root, without the suffix. */
  final List<String> sources = new ArrayList<>();

  PackageFiles(FunctionConfig config) {
    root = new File(config.codeRoot);
    walk();
    for (File jar : jarsIn(new File(root, "lib"))) {
      readJar(jar);
    }
    for (String layer : config.layers) {
      for (File jar : jarsIn(new File(layer, "java/lib"))) {
        readJar(jar);
      }
    }
  }

  private void walk() {
    Deque<String> folders = new ArrayDeque<>(Collections.singleton(""));
    while (!folders.isEmpty()) {
      String folder = folders.removeFirst();
      String[] names = new File(root, folder).list();
      if (names == null) {
        continue;
      }
      Arrays.sort(names);
      for (String name : names) {
        if (++seen > MOST_FILES) {
          return;
        }
        String path = folder + name;
        if (name.endsWith(CLASS)) {
          classes.add(path.substring(0, path.length() - CLASS.length()));
        } else if (name.endsWith(".java")) {
          sources.add(path.substring(0, path.length() - ".java".length()));
        } else if (new File(root, path).isDirectory()) {
          folders.addLast(path + "/");
        }
      }
    }
  }

  private void readJar(File jar) {
    try (JarFile open = new JarFile(jar, false)) {
      for (JarEntry entry : Collections.list(open.entries())) {
        if (++seen > MOST_FILES) {
          return;
        }
        String name = entry.getName();
        if (name.endsWith(CLASS) && !name.startsWith("META-INF/")) {
          inJars.add(name.substring(0, name.length() - CLASS.length()));
        }
      }
    } catch (IOException | RuntimeException unreadable) {
      return; // then its classes are not known
    }
  }

  /** What lies where a JVM, whose names are text, cannot get to: package or layer; null: neither. */
  static String unreachable(FunctionConfig config) {
    if (isUnreachable(config.codeRoot)) {
      return "package";
    }
    return config.layers.stream().anyMatch(PackageFiles::isUnreachable) ? "layer" : null;
  }

  private static boolean isUnreachable(String folder) {
    return folder.indexOf(NO_CHARACTER) >= 0 && !new File(folder).exists();
  }

  boolean hasJarsAtRoot() {
    return !jarsIn(root).isEmpty();
  }

  /** A jar at the package's root, where jars are not on the class path (K-07), that has the class; else null. */
  static String misplacedJar(String codeRoot, String className) {
    for (File jar : jarsIn(new File(codeRoot))) {
      try (JarFile open = new JarFile(jar, false)) {
        if (open.getEntry(className.replace('.', '/') + CLASS) != null) {
          return jar.getName();
        }
      } catch (IOException | RuntimeException unreadable) {
        continue;
      }
    }
    return null;
  }

  private static List<File> jarsIn(File folder) {
    File[] jars = folder.listFiles(file -> file.getName().endsWith(".jar") && file.isFile());
    if (jars == null) {
      return Collections.emptyList();
    }
    Arrays.sort(jars);
    return Arrays.asList(jars);
  }
}
