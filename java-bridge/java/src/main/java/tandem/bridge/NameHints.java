package tandem.bridge;

import java.io.File;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What was probably meant by a handler name that names nothing (docs/errors.md). */
final class NameHints {
  private static final int MOST_NAMES = 5;
  private static final int MOST_GUESSES = 3;
  private static final String SEPARATOR = "::";

  private final Function function;

  NameHints(Function function) {
    this.function = function;
  }

  /** For a class that is not in the package; {@code method} is null where the handler names none. */
  Hint missingClass(String name, String method) {
    try {
      String suffix = method == null ? "" : SEPARATOR + method;
      String[] parts = (name + suffix).split(":+", 3);
      boolean isCutElsewhere = name.indexOf(':') > 0 && parts.length > 1 && !parts[1].isEmpty();
      return new Hint(isCutElsewhere ? meantClass(parts[0], SEPARATOR + parts[1]) : findClass(name, suffix));
    } catch (Throwable unreadable) { // the package's files, or no memory for them
      return null;
    }
  }

  /** For a name with one colon, or with more than a class and a method. */
  private String meantClass(String name, String suffix) {
    return isLoadable(name) ? didYouMean(new String[] {name + suffix}) : findClass(name, suffix);
  }

  private String findClass(String name, String suffix) {
    String unreachable = PackageFiles.unreachable(function.config);
    if (unreachable != null) {
      return "the path of the " + unreachable
          + "'s folder is not UTF-8, and a JVM opens no file by such a name: rename the folder";
    }
    String path = name.replace('.', '/');
    String jar = PackageFiles.misplacedJar(function.config.codeRoot, name);
    if (jar != null) {
      return LinkHints.misplaced(name, jar);
    }
    PackageFiles files = new PackageFiles(function.config);
    for (String found : files.classes) {
      if (found.endsWith("/" + path) && !isLoadable(found.replace('/', '.'))) {
        String folder = found.substring(0, found.length() - path.length() - 1);
        return "the class is in the folder " + folder + " of the package: package what " + folder + " holds";
      }
    }
    int dot = name.lastIndexOf('.');
    if (suffix.isEmpty() && dot > 0 && (files.classes.contains(name.substring(0, dot).replace('.', '/'))
        || files.inJars.contains(name.substring(0, dot).replace('.', '/')))) {
      return didYouMean(new String[] {name.substring(0, dot) + SEPARATOR + name.substring(dot + 1)});
    }
    Collection<String> near = near(name, files.classes, true);
    if (near.isEmpty()) {
      near = near(name, files.inJars, false);
    }
    if (!near.isEmpty()) {
      return didYouMean(near.stream().map(found -> found + suffix).toArray(String[]::new));
    }
    if (files.sources.contains(path) || files.sources.stream().anyMatch(source -> source.endsWith("/" + path))) {
      return "the package has the source of the class, but not compiled: compile it, and package what javac writes";
    }
    if (files.classes.isEmpty() && files.inJars.isEmpty()) {
      if (!suffix.isEmpty() && new File(function.config.codeRoot, path + ".py").isFile()) {
        return didYouMean(new String[] {name + "." + suffix.substring(SEPARATOR.length())}); // written as for Java
      }
      return "the package holds no class file, nor a jar in lib/"
          + (files.hasJarsAtRoot()
              ? "; jars at its root are not searched: move them to lib/, or name the one with the handler by itself"
              : "");
    }
    return "no class of the package has a name near that" + listed("; it has ", outer(files.classes));
  }

  /** Of the package's own classes one in another Java package may be meant; of its libraries' a handler seldom is. */
  private Collection<String> near(String name, List<String> paths, boolean areOwn) {
    String simple = simple(name);
    TreeMap<Integer, Set<String>> byDistance = new TreeMap<>();
    for (String path : paths) {
      String found = path.replace('/', '.');
      int distance = areOwn && simple(found).equals(simple) ? 0 : Nearness.between(name, found);
      if (distance <= Nearness.limit(simple) && isLoadable(found)) {
        byDistance.computeIfAbsent(distance, key -> new TreeSet<>()).add(found);
      }
    }
    return nearest(byDistance);
  }

  /** The best guesses, those that are as near as the nearest. */
  private static List<String> nearest(TreeMap<Integer, Set<String>> byDistance) {
    if (byDistance.isEmpty()) {
      return new ArrayList<>();
    }
    List<String> guesses = new ArrayList<>(byDistance.firstEntry().getValue());
    return guesses.subList(0, Math.min(MOST_GUESSES, guesses.size()));
  }

  private static List<String> outer(List<String> classes) {
    List<String> outer = new ArrayList<>(classes);
    outer.removeIf(name -> name.indexOf('$') >= 0);
    return outer;
  }

  private static String simple(String name) {
    return name.substring(Math.max(name.lastIndexOf('.'), Math.max(name.lastIndexOf('/'), name.lastIndexOf('$'))) + 1);
  }

  /** A class file's place is not always its class's name. */
  private boolean isLoadable(String name) {
    try {
      return Class.forName(name, false, function.loader) != null;
    } catch (ReflectiveOperationException | LinkageError e) {
      return false;
    }
  }

  /** For a class without a suitable public method of that name. */
  static Hint missingMethod(Class<?> type, String name) {
    try {
      return new Hint(findMethod(type, name));
    } catch (Throwable unreadable) { // a class that a signature names is missing
      return null;
    }
  }

  private static String findMethod(Class<?> type, String name) {
    Set<String> known = publicMethods(type);
    String handler = type.getName() + SEPARATOR;
    if (known.contains(name)) {
      return "a handler method takes nothing, the input, the input and a Context, a Context, or an InputStream, an "
          + "OutputStream and a Context in this order, of which some may be left out; what " + handler + name
          + " takes fits none of these";
    }
    for (Class<?> declaring = type; declaring != null; declaring = declaring.getSuperclass()) {
      for (Method method : declaring.getDeclaredMethods()) {
        if (method.getName().equals(name) && !Modifier.isPublic(method.getModifiers())) {
          return "the class has a method " + name + ", which is not public: make it public";
        }
      }
    }
    TreeMap<Integer, Set<String>> byDistance = new TreeMap<>();
    for (String found : known) {
      int distance = Nearness.between(name, found);
      if (distance <= Nearness.limit(name)) {
        byDistance.computeIfAbsent(distance, key -> new TreeSet<>()).add(handler + found);
      }
    }
    List<String> near = nearest(byDistance);
    return near.isEmpty() ? methodsOf(type) : didYouMean(near.toArray(new String[0]));
  }

  /** For a class without a method's name that is no handler by itself (H-JAVA-13). */
  static Hint methodNeeded(Class<?> type) {
    try {
      return new Hint(methodsOf(type));
    } catch (Throwable unreadable) { // a class that a signature names is missing
      return null;
    }
  }

  private static String methodsOf(Class<?> type) {
    List<String> names = new ArrayList<>();
    for (String name : publicMethods(type)) {
      names.add(type.getName() + SEPARATOR + name);
    }
    return names.isEmpty()
        ? "the class has no public method, and implements neither RequestHandler nor RequestStreamHandler"
        : "a handler names a class and a public method of it; this class has " + listed("", names);
  }

  private static Set<String> publicMethods(Class<?> type) {
    Set<String> names = new TreeSet<>();
    for (Method method : type.getMethods()) {
      if (method.getDeclaringClass() != Object.class && !method.isSynthetic()) {
        names.add(method.getName());
      }
    }
    return names;
  }

  private static String didYouMean(String[] guesses) {
    return "did you mean " + String.join(" or ", guesses) + "?";
  }

  private static String listed(String before, List<String> names) {
    if (names.isEmpty()) {
      return "";
    }
    String more = names.size() > MOST_NAMES ? ", ..." : "";
    return before + String.join(", ", names.subList(0, Math.min(MOST_NAMES, names.size()))).replace('/', '.') + more;
  }
}
