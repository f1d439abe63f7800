package suite;

import com.amazonaws.services.lambda.runtime.Context;
import java.util.LinkedHashMap;
import java.util.Map;

/** The roles of the loaders' suite. */
public class Suite {
    private int count;

    public Object echo(Object event) {
        return event;
    }

    public Map<String, Object> greet(Map<String, String> event) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("message", "Hello " + event.get("first_name") + " " + event.get("last_name"));
        return answer;
    }

    public int count() {
        return ++count;
    }

    public String fail() {
        throw new IllegalArgumentException("boom");
    }

    public Map<String, Object> context(Context context) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("request_id", context.getAwsRequestId());
        answer.put("function_name", context.getFunctionName());
        answer.put("arn", context.getInvokedFunctionArn());
        answer.put("memory", Integer.toString(context.getMemoryLimitInMB()));
        answer.put("log_group", context.getLogGroupName());
        answer.put("log_stream", context.getLogStreamName());
        answer.put("version", context.getFunctionVersion());
        answer.put("remaining", context.getRemainingTimeInMillis());
        return answer;
    }

    public void log(Object event, Context context) {
        context.getLogger().log("logged " + event + "\n");
        System.out.println("printed " + event);
    }

    public void waitForever() throws InterruptedException {
        while (true) {
            Thread.sleep(1);
        }
    }

    public String who() {
        return Shared.NAME + "/" + Lazy.name();
    }
}
