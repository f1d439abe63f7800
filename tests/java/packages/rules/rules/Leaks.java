package rules;

import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;

/** Leaves behind what keeps classes alive, and counts the class loaders that stay. */
public class Leaks {
  private static final ThreadLocal<Object> LOCAL = new ThreadLocal<>();
  private static final String KEY = "rules.Leaks.loaders";

  public Pojo occupy(Pojo in) {
    LOCAL.set(new Leaks());
    loaders().add(new WeakReference<>(Leaks.class.getClassLoader()));
    return in;
  }

  /** As {@link #occupy}, in bytes. */
  public void occupyStream(InputStream in, OutputStream out) {
    occupy(null);
  }

  /** How many of the loaders that occupied something are still there. */
  public int alive() throws InterruptedException {
    int alive = 0;
    for (int i = 0; i < 50; i++) {
      System.gc();
      alive = 0;
      for (WeakReference<ClassLoader> reference : loaders()) {
        alive += reference.get() == null ? 0 : 1;
      }
      if (alive == 0) {
        break;
      }
      Thread.sleep(20);
    }
    return alive;
  }

  @SuppressWarnings("unchecked")
  private static List<WeakReference<ClassLoader>> loaders() {
    synchronized (System.getProperties()) {
      Object list = System.getProperties().get(KEY);
      if (list == null) {
        list = new ArrayList<WeakReference<ClassLoader>>();
        System.getProperties().put(KEY, list);
      }
      return (List<WeakReference<ClassLoader>>) list;
    }
  }
}
