package rules;

/** Classes that cannot be made ready, each in its own way. */
public class Exploding {
  private Exploding() {}

  /** Does not tell its message. */
  public static class Hostile extends Error {
    @Override
    public String getMessage() {
      throw new IllegalStateException("in getMessage");
    }
  }

  /** A class is missing, and which one is not told. */
  public static class HostileAbsence extends NoClassDefFoundError {
    @Override
    public String getMessage() {
      throw new IllegalStateException("in getMessage");
    }
  }

  private static boolean explode(Error error) {
    throw error;
  }

  public static class InitializerWithError {
    static final boolean MADE = explode(new AssertionError("asserted"));

    public String run() {
      return "wrong";
    }
  }

  public static class HostileInitializer {
    static final boolean MADE = explode(new Hostile());

    public String run() {
      return "wrong";
    }
  }

  public static class HostileLink {
    static final boolean MADE = explode(new HostileAbsence());

    public String run() {
      return "wrong";
    }
  }

  public static class ConstructorWithError {
    public ConstructorWithError() {
      explode(new AssertionError("asserted"));
    }

    public String run() {
      return "wrong";
    }
  }

  public static class HostileConstructor {
    public HostileConstructor() {
      explode(new Hostile());
    }

    public String run() {
      return "wrong";
    }
  }

  public static class Recursive {
    public Recursive() {
      new Recursive();
    }

    public String run() {
      return "wrong";
    }
  }

  public static class ExitingInitializer {
    static {
      System.exit(3);
    }

    public String run() {
      return "wrong";
    }
  }

  public static class HaltingConstructor {
    public HaltingConstructor() {
      Runtime.getRuntime().halt(4);
    }

    public String run() {
      return "wrong";
    }
  }

  private static boolean hang() {
    while (true) {
      try {
        Thread.sleep(Long.MAX_VALUE);
      } catch (InterruptedException e) {
        // stays
      }
    }
  }

  public static class HangingInitializer {
    static final boolean MADE = hang();

    public String run() {
      return "wrong";
    }
  }

  public static class HangingConstructor {
    public HangingConstructor() {
      hang();
    }

    public String run() {
      return "wrong";
    }
  }
}
