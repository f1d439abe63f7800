package tandem;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The native half, and the Tandem that the jar carries: libtandem, its loaders and the programs of its workers. They are
 * files, so that they are unpacked, once for each content, into the user's cache folder.
 */
final class NativeLibrary {
  /** What is in the jar: the digest of it all, then a line for each file, which begins with x where it is a program. */
  private static final String INDEX = "/tandem/core/index";

  private static final String LIBRARY = "libtandem_jni.so";

  private static boolean isLoaded;

  private NativeLibrary() {}

  /** Unpacks it into this folder, or, where that is empty, the user's. Errors: TandemException. */
  static synchronized void load(String cacheFolder) {
    if (isLoaded) {
      return;
    }
    try {
      System.load(unpacked(index(), cacheFolder).resolve(LIBRARY).toString());
    } catch (IOException | UnsatisfiedLinkError e) {
      throw new TandemException(Code.UNAVAILABLE, "Tandem's native library cannot be loaded: " + e.getMessage());
    }
    isLoaded = true;
  }

  private static Path unpacked(List<String> index, String cacheFolder) {
    try {
      return folder(index, cacheFolder.isEmpty() ? usersCache() : Path.of(cacheFolder).toAbsolutePath());
    } catch (IOException | UncheckedIOException e) {
      throw new TandemException(
          Code.UNAVAILABLE,
          "Tandem's native library cannot be unpacked: "
              + reasonOf(e)
              + "; name a folder that this user can write to, by TANDEM_CACHE_DIR or the runtime's cache()");
    }
  }

  /** Some of the file system's exceptions have the path for a message, and their class for a reason. */
  static String reasonOf(Exception e) {
    if (e instanceof AccessDeniedException) {
      return e.getMessage() + ": permission denied";
    }
    return e.getMessage() + (e instanceof FileAlreadyExistsException ? ": it is no folder" : "");
  }

  private static Path folder(List<String> lines, Path cache) throws IOException {
    Path parent = cache.resolve("java-host");
    Path folder = parent.resolve(lines.get(0));
    Files.createDirectories(parent, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    requireOwn(parent);
    if (!Files.isDirectory(folder)) {
      Path unpacked = Files.createTempDirectory(parent, "unpacking-");
      try {
        for (String line : lines.subList(1, lines.size())) {
          unpack(line.substring(2), unpacked, line.startsWith("x"));
        }
        moveTo(unpacked, folder);
      } finally {
        remove(unpacked);
      }
    }
    return folder;
  }

  private static List<String> index() throws IOException {
    try (InputStream in = NativeLibrary.class.getResourceAsStream(INDEX)) {
      if (in == null) {
        throw new IOException("this jar has no Tandem in it; build it by mvn package");
      }
      return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)).lines().collect(Collectors.toList());
    }
  }

  private static Path usersCache() throws IOException {
    String tandems = System.getenv("TANDEM_CACHE_DIR");
    if (tandems != null && !tandems.isEmpty()) {
      return Path.of(tandems).toAbsolutePath();
    }
    String users = System.getenv("XDG_CACHE_HOME");
    if (users != null && users.startsWith("/")) {
      return Path.of(users, "tandem");
    }
    Path home = Path.of(System.getProperty("user.home"));
    if (!home.isAbsolute()) {
      throw new IOException("the user has no home folder");
    }
    return home.resolve(".cache/tandem");
  }

  /** What lies there is run, so that nobody else may write it. */
  private static void requireOwn(Path folder) throws IOException {
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(folder);
    // Users of a container need not have names.
    Object user = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    boolean isOthers = !Files.getAttribute(folder, "unix:uid").equals(user);
    if (isOthers
        || permissions.contains(PosixFilePermission.GROUP_WRITE)
        || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
      throw new IOException(folder + " may be written by others");
    }
  }

  private static void unpack(String name, Path folder, boolean isProgram) throws IOException {
    Path to = folder.resolve(name);
    Files.createDirectories(to.getParent());
    try (InputStream in = NativeLibrary.class.getResourceAsStream("/tandem/core/" + name)) {
      if (in == null) {
        throw new IOException("this jar lacks " + name);
      }
      Files.copy(in, to);
    }
    if (isProgram && !to.toFile().setExecutable(true)) {
      throw new IOException(to + " cannot be made executable");
    }
  }

  /** Another process may have been faster. */
  private static void moveTo(Path unpacked, Path folder) throws IOException {
    try {
      Files.move(unpacked, folder, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
      // It has the same content.
    } catch (AtomicMoveNotSupportedException e) {
      throw new IOException(folder + " cannot be made: " + e.getMessage(), e);
    } catch (IOException e) {
      if (!Files.isDirectory(folder)) {
        throw e;
      }
    }
  }

  private static void remove(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).collect(Collectors.toList())) {
        Files.delete(path);
      }
    }
  }
}
