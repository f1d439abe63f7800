package capi;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;

/** What the cases of the C API and of the bindings invoke. */
public class Handlers {
    private static final CyclicBarrier BARRIER = new CyclicBarrier(16);

    public String greet(Map<String, String> event) {
        System.out.println("greeting " + event.get("name"));
        return "Hello " + event.get("name") + " from Java";
    }

    public Object echo(Object event) {
        return event;
    }

    public String fail(Map<String, String> event) {
        throw new IllegalStateException("no " + event.get("name"));
    }

    /** Returns when sixteen are in here. */
    public String meet() throws InterruptedException, BrokenBarrierException {
        BARRIER.await();
        return "met";
    }

    public void stream(InputStream input, OutputStream output) throws IOException {
        for (String part : new String[] {"one ", "two ", "three"}) {
            output.write(part.getBytes("UTF-8"));
            output.flush();
        }
    }

    public String waitForever() throws InterruptedException {
        System.out.println("waiting");
        while (true) {
            Thread.sleep(1000);
        }
    }
}
