package tandem.bridge;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is missing where the VM could not put classes together (docs/errors.md). */
final class LinkHints {
  private static final int MOST_CAUSES = 10;
  private static final int MOST_MISSING = 64;
  private static final int FIRST_MAJOR = 44;
  private static final Pattern CLASS_VERSION =
      Pattern.compile("^(\\S+) has been compiled by a more recent version .*?class file version (\\d+)\\.");
  private static final Pattern WRONG_NAME = Pattern.compile("^(\\S+) \\(wrong name: (\\S+)\\)");
  private static final Pattern NO_LIBRARY = Pattern.compile("^no (\\S+) in java\\.library\\.path");
  private static final Pattern CLASS_NAME = Pattern.compile("[^\\s\\[]+");
  private static final String[] ONCE_OF_THE_JDK = {
    "javax.activation.", "javax.annotation.", "javax.jws.", "javax.transaction.", "javax.xml.bind.", "javax.xml.ws."
  };

  private final Function function;

  private LinkHints(Function function) {
    this.function = function;
  }

  /** The hint for what escaped from an init or an invocation, null where there is none. Throws nothing. */
  static Hint of(Throwable e, Function function) {
    if (e instanceof VirtualMachineError) {
      return null;
    }
    try {
      if (e instanceof Fault && ((Fault) e).hint != null) {
        return ((Fault) e).hint;
      }
      return function == null ? null : new LinkHints(function).find(e);
    } catch (Throwable hostile) { // the user's class overrides getCause or getMessage
      return null;
    }
  }

  private Hint find(Throwable e) {
    Throwable cause = e;
    for (int i = 0; cause != null && i < MOST_CAUSES; i++, cause = cause.getCause()) {
      Hint hint = cause instanceof LinkageError || cause instanceof ClassNotFoundException ? ofOne(cause) : null;
      if (hint != null) {
        return hint;
      }
    }
    return null;
  }

  private Hint ofOne(Throwable cause) {
    String message = cause.getMessage();
    if (message == null) {
      return null;
    }
    if (cause instanceof UnsupportedClassVersionError) {
      return newerJdk(message);
    }
    if (cause instanceof UnsatisfiedLinkError) {
      Matcher library = NO_LIBRARY.matcher(message);
      return !library.find() ? null : new Hint("the native library lib" + library.group(1)
          + ".so is missing: put it into a folder that LD_LIBRARY_PATH names when Tandem starts");
    }
    if (cause instanceof NoClassDefFoundError || cause instanceof ClassNotFoundException) {
      Matcher wrong = WRONG_NAME.matcher(message);
      if (wrong.find()) {
        return new Hint("the file " + wrong.group(1) + ".class holds the class " + dotted(wrong.group(2))
            + ": it belongs into the folder of its Java package, and the handler names it by that");
      }
      return CLASS_NAME.matcher(message).matches() ? missing(dotted(message)) : null;
    }
    return null;
  }

  private static Hint newerJdk(String message) {
    Matcher found = CLASS_VERSION.matcher(message);
    if (!found.find()) {
      return null;
    }
    int version = Integer.parseInt(found.group(2));
    int needed = version - FIRST_MAJOR;
    return new Hint("the class " + dotted(found.group(1)) + " is compiled for JDK " + needed + " (class file version "
        + version + "), and the one that runs here is " + System.getProperty("java.specification.version") + " ("
        + System.getProperty("java.home") + ")", needed);
  }

  private Hint missing(String name) {
    Optional<Hint> known = function.missing.get(name);
    if (known == null && function.missing.size() < MOST_MISSING) {
      known = Optional.ofNullable(lookFor(name));
      function.missing.put(name, known);
    }
    return known == null ? null : known.orElse(null);
  }

  private Hint lookFor(String name) {
    if (function.loader.getResource(name.replace('.', '/') + ".class") != null) {
      return null; // it is there: what it needs in turn is not
    }
    String jar = PackageFiles.misplacedJar(function.config.codeRoot, name);
    if (jar != null) {
      return new Hint(misplaced(name, jar));
    }
    String once = "";
    for (String prefix : ONCE_OF_THE_JDK) {
      if (name.startsWith(prefix)) {
        once = ", which JDKs before 11 had";
      }
    }
    return new Hint("the class " + name + " is missing" + once
        + ": add the jar that has it to the package's folder lib/, or build one jar with all dependencies (shaded)");
  }

  static String misplaced(String name, String jar) {
    return "the class " + name + " is in " + jar
        + " at the package's root, where jars are not searched: move it to lib/";
  }

  private static String dotted(String path) {
    return path.replace('/', '.');
  }
}
