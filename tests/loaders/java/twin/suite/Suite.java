package suite;

/** The roles that the suite asks of a second package with the same names. */
public class Suite {
    private int count;

    public int count() {
        return ++count;
    }

    public String who() {
        return Shared.NAME + "/" + Lazy.name();
    }
}
