package suite;

/** Fails while it is initialised. */
public class Broken {
    static {
        if (true) {
            throw new IllegalStateException("broken init");
        }
    }

    public String handler() {
        return "never";
    }
}
