package tandem.bridge;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * Runs this half without the native one, in a JVM of its own, which then writes all classes that it has loaded into the
 * archive that later ones start with. What fails is a class less in it.
 */
public final class Rehearsal {
  private static final int MEMORY = 32 << 10;
  private static final String EVENT = "{\"first_name\": \"Ada\", \"list\": [1, 2.5, null, true]}";

  private final Slot slot =
      Bridge.attach(ByteBuffer.allocateDirect(MEMORY), ByteBuffer.allocateDirect(MEMORY));
  private final String root;

  private Rehearsal(String root) {
    this.root = root;
  }

  /** Takes the folder of the jars. */
  public static void main(String[] arguments) throws Exception {
    Bridge.start(false);
    Bridge.warm();
    Rehearsal rehearsal = new Rehearsal(arguments[0]);
    for (String handler : new String[] {"greet", "echo", "stream"}) {
      rehearsal.play(Rehearsal.class.getName() + "::" + handler, EVENT);
    }
    rehearsal.play(Rehearsal.class.getName() + "::echo", "\"text\"");
    rehearsal.play(Greeter.class.getName(), EVENT);
    File jar = new File(arguments[0], "tandem-bridge.jar");
    loadFrom(jar);
    loadAll(jar);
  }

  /** Opens a function, and runs two invocations. */
  private void play(String handler, String event) {
    Object opened = Bridge.open(slot, config(handler), 0);
    if (!(opened instanceof Function)) {
      return;
    }
    Function function = (Function) opened;
    for (int i = 0; i < 2; i++) {
      fill(event);
      Bridge.invoke(slot, function);
    }
    function.loader.getResource("absent");
    Bridge.close(function);
  }

  /** As {@link FunctionConfig} reads it. */
  private byte[] config(String handler) {
    ByteBuffer to = ByteBuffer.allocate(4096).order(ByteOrder.nativeOrder());
    to.putInt(512);
    for (String text : new String[] {handler, root, "rehearsal", "$LATEST", "group", "stream", "TEXT", null}) {
      to.putInt(text == null ? -1 : text.length());
      if (text != null) {
        to.put(text.getBytes(StandardCharsets.UTF_8));
      }
    }
    byte[] encoded = new byte[to.position()];
    to.flip();
    to.get(encoded);
    return encoded;
  }

  /** As {@link Slot} reads it, with a request id and an ARN. */
  private void fill(String event) {
    byte[] texts = "00000000-0000-0000-0000-000000000000arn".getBytes(StandardCharsets.UTF_8);
    byte[] payload = event.getBytes(StandardCharsets.UTF_8);
    ByteBuffer in = slot.in;
    in.clear();
    in.putLong(System.currentTimeMillis() + 1000).putLong(0).putInt(Slot.HEAD + texts.length).putInt(payload.length);
    in.putInt(0).putInt(texts.length - 3).putInt(3);
    for (int absent = 0; absent < 4; absent++) {
      in.putInt(-1);
    }
    in.put(texts).put(payload);
    in.position(0);
  }

  /** A class by a loader as functions have, from a jar. */
  private static void loadFrom(File jar) {
    try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toURI().toURL()}, null)) {
      loader.loadClass(Hint.class.getName()).getName();
    } catch (IOException | ReflectiveOperationException | LinkageError e) {
      // one class less
    }
  }

  private static void loadAll(File jar) throws IOException {
    try (JarFile file = new JarFile(jar)) {
      Enumeration<JarEntry> entries = file.entries();
      while (entries.hasMoreElements()) {
        String name = entries.nextElement().getName();
        if (name.endsWith(".class")) {
          load(name.substring(0, name.length() - ".class".length()).replace('/', '.'));
        }
      }
    }
  }

  private static void load(String name) {
    try {
      Class.forName(name, false, Rehearsal.class.getClassLoader());
    } catch (ReflectiveOperationException | LinkageError e) {
      // one class less
    }
  }

  public Map<String, Object> greet(Map<String, Object> event, Context context) {
    context.getRemainingTimeInMillis();
    return Collections.singletonMap("message", event.get("first_name"));
  }

  public String echo(String event) {
    return event;
  }

  public void stream(InputStream input, OutputStream output) throws IOException {
    byte[] bytes = new byte[64];
    for (int size = input.read(bytes); size >= 0; size = input.read(bytes)) {
      output.write(bytes, 0, size);
    }
  }

  /** A handler of the interface. */
  public static final class Greeter implements RequestHandler<Map<String, Object>, String> {
    @Override
    public String handleRequest(Map<String, Object> event, Context context) {
      return String.valueOf(event.get("first_name"));
    }
  }
}
