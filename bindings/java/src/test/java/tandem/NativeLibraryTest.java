package tandem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Where the native half is unpacked: each time in a program of its own, as a process loads it once. */
@Timeout(300)
class NativeLibraryTest {
  private static final String REMEDY =
      "; name a folder that this user can write to, by TANDEM_CACHE_DIR or the runtime's cache()\n";

  @TempDir private Path folder;

  /** Makes a runtime, with its cache in the folder that it is given, if any, and prints what became of it. */
  static final class Program {
    private Program() {}

    public static void main(String[] arguments) {
      TandemRuntime.Builder builder = Tandem.runtime();
      for (String cache : arguments) {
        builder.cache(Path.of(cache));
      }
      try {
        builder.build().close();
        System.out.println("made");
      } catch (TandemException e) {
        System.out.println(e.code() + " " + e.getMessage());
      }
    }
  }

  /** What the program prints, of a user with this home and no other folder for a cache. */
  private static String printed(Object home, Object... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "-Duser.home=" + home,
                Program.class.getName()));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    ProcessBuilder program = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    program.environment().keySet().removeAll(List.of("TANDEM_CACHE_DIR", "XDG_CACHE_HOME"));
    return new String(program.start().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void tellsWhyItCannotBeUnpackedAndWhatToDo() throws IOException {
    String under = printed("/dev/null"); // JDKs name another one of the folders
    assertTrue(under.startsWith("UNAVAILABLE Tandem's native library cannot be unpacked: /dev/null/.cache"), under);
    assertTrue(under.endsWith(": Not a directory" + REMEDY), under);
    Path file = Files.createFile(Files.createDirectories(folder.resolve(".cache/tandem")).resolve("java-host"));
    assertEquals(
        "UNAVAILABLE Tandem's native library cannot be unpacked: " + file + ": it is no folder" + REMEDY,
        printed(folder));
    assertEquals(
        "UNAVAILABLE Tandem's native library cannot be unpacked: the user has no home folder" + REMEDY,
        printed("?"));
    assertEquals("/a: permission denied", NativeLibrary.reasonOf(new AccessDeniedException("/a")));
  }

  @Test
  void isUnpackedIntoTheCacheOfTheRuntime() throws IOException {
    assertEquals("made\n", printed("/dev/null", folder));
    assertTrue(Files.isDirectory(folder.resolve("java-host")));
  }
}
