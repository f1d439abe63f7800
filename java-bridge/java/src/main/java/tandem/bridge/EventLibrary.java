package tandem.bridge;

import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import com.amazonaws.services.lambda.runtime.serialization.events.LambdaEventSerializers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/**
 * A function's own copy of the serialization library's event half. That half keeps what it learned of one class loader in
 * statics, so functions whose packages bring their own event classes cannot share it.
 */
final class EventLibrary extends ClassLoader {
  private static final String PREFIX = "com.amazonaws.services.lambda.runtime.serialization.";
  private static final String EVENTS = "com.amazonaws.services.";

  static {
    registerAsParallelCapable();
  }

  private final ClassLoader classes;
  private final Method serializerFor;

  /** {@code classes}: where the function's event classes come from. */
  EventLibrary(ClassLoader classes) throws ReflectiveOperationException {
    super(EventLibrary.class.getClassLoader());
    this.classes = classes;
    serializerFor = loadClass(LambdaEventSerializers.class.getName())
        .getMethod("serializerFor", Class.class, ClassLoader.class);
  }

  /** Whether the library treats a class in a way of its own (H-JAVA-77). */
  static boolean handles(String className) {
    return className.startsWith(EVENTS) && LambdaEventSerializers.isLambdaSupportedEvent(className);
  }

  @SuppressWarnings("unchecked")
  PojoSerializer<Object> serializer(Class<?> type) throws Throwable {
    try {
      return (PojoSerializer<Object>) serializerFor.invoke(null, type, classes);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(PREFIX) || name.equals(PojoSerializer.class.getName())) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> known = findLoadedClass(name);
      return known == null ? define(name) : known;
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (in == null) {
        throw new ClassNotFoundException(name);
      }
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      byte[] buffer = new byte[8192];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        bytes.write(buffer, 0, n);
      }
      return defineClass(name, bytes.toByteArray(), 0, bytes.size());
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }
}
