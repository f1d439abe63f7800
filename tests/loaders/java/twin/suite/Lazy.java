package suite;

final class Lazy {
    private Lazy() {}

    static String name() {
        return "twin";
    }
}
