package sdk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.waiters.WaiterResponse;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.lambda.LambdaAsyncClient;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.CreateFunctionResponse;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.GetFunctionConfigurationResponse;
import software.amazon.awssdk.services.lambda.model.GetFunctionResponse;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.InvokeWithResponseStreamCompleteEvent;
import software.amazon.awssdk.services.lambda.model.InvokeWithResponseStreamResponseHandler;
import software.amazon.awssdk.services.lambda.model.LambdaException;
import software.amazon.awssdk.services.lambda.model.ListFunctionsResponse;
import software.amazon.awssdk.services.lambda.model.LogType;
import software.amazon.awssdk.services.lambda.model.PublishVersionResponse;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;

/**
 * Uses a server as a program would, and tells on standard output what it got: one line for each thing it did, an object
 * with the values as texts, or with what went wrong as {@code failure}.
 *
 * <p>Arguments: the endpoint, the package of the functions, a file to make once the first part of a stream is there.
 */
public final class Client {
  private static final String ROLE = "arn:aws:iam::123456789012:role/any";

  private final URI endpoint;
  private final SdkBytes code;
  private final Path go;
  private final LambdaClient client;

  private interface Step {
    void run(Map<String, Object> got) throws Exception;
  }

  private Client(String[] arguments) throws Exception {
    endpoint = URI.create(arguments[0]);
    code = SdkBytes.fromByteArray(Files.readAllBytes(Paths.get(arguments[1])));
    go = Paths.get(arguments[2]);
    client = LambdaClient.builder().endpointOverride(endpoint).region(region()).credentialsProvider(keys()).build();
  }

  public static void main(String[] arguments) throws Exception {
    Client client = new Client(arguments);
    step("create", client::create);
    step("wait", client::await);
    step("invoke", client::invoke);
    step("fail", client::fail);
    step("refuse", client::refuse);
    step("update", client::update);
    step("publish", client::publish);
    step("list", client::list);
    step("stream", client::stream);
    step("stream-fails", client::streamThatFails);
    step("delete", client::delete);
  }

  private static Region region() {
    return Region.EU_CENTRAL_1;
  }

  private static AwsCredentialsProvider keys() {
    return StaticCredentialsProvider.create(AwsBasicCredentials.create("any", "any"));
  }

  private void create(Map<String, Object> got) {
    CreateFunctionResponse made = create("by-java", "app.handler");
    got.put("arn", made.functionArn());
    got.put("state", made.stateAsString());
    got.put("runtime", made.runtimeAsString());
    got.put("size", made.codeSize());
    got.put("sha256", made.codeSha256());
    got.put("variables", made.environment().variables());
    create("by-java-parts", "app.parts");
    create("by-java-late", "app.late");
  }

  private CreateFunctionResponse create(String name, String handler) {
    return client.createFunction(request -> request
        .functionName(name)
        .handler(handler)
        .runtime("python3.12")
        .role(ROLE)
        .timeout(60)
        .memorySize(512)
        .environment(environment -> environment.variables(Collections.singletonMap("CITY", "Århus")))
        .code(zip -> zip.zipFile(code)));
  }

  private void await(Map<String, Object> got) {
    WaiterResponse<GetFunctionConfigurationResponse> active =
        client.waiter().waitUntilFunctionActive(request -> request.functionName("by-java"));
    got.put("state", active.matched().response().get().stateAsString());
    got.put("attempts", active.attemptsExecuted());
    WaiterResponse<GetFunctionResponse> exists =
        client.waiter().waitUntilFunctionExists(request -> request.functionName("by-java"));
    got.put("exists", exists.matched().response().get().configuration().functionName());
  }

  private void invoke(Map<String, Object> got) {
    String context = "{\"custom\":{\"id\":\"Ünal\"}}";
    InvokeResponse answer = client.invoke(request -> request
        .functionName("by-java")
        .logType(LogType.TAIL)
        .clientContext(Base64.getEncoder().encodeToString(context.getBytes(StandardCharsets.UTF_8)))
        .payload(SdkBytes.fromUtf8String("{\"größe\":1}")));
    got.put("status", answer.statusCode());
    got.put("payload", answer.payload().asUtf8String());
    got.put("error", answer.functionError());
    got.put("version", answer.executedVersion());
    got.put("log", new String(Base64.getDecoder().decode(answer.logResult()), StandardCharsets.UTF_8));
    got.put("event", client
        .invoke(request -> request.functionName("by-java").invocationType("Event").payload(SdkBytes.fromUtf8String("{}")))
        .statusCode());
    got.put("dry", client.invoke(request -> request.functionName("by-java").invocationType("DryRun")).statusCode());
  }

  private void fail(Map<String, Object> got) {
    InvokeResponse answer = client.invoke(
        request -> request.functionName("by-java").payload(SdkBytes.fromUtf8String("{\"fail\":\"nø\"}")));
    got.put("status", answer.statusCode());
    got.put("error", answer.functionError());
    got.put("payload", answer.payload().asUtf8String());
  }

  private void refuse(Map<String, Object> got) {
    try {
      client.invoke(request -> request.functionName("not-there"));
    } catch (ResourceNotFoundException refusal) {
      got.put("missing", refusal.awsErrorDetails().errorMessage());
    }
    try {
      client.listEventSourceMappings();
    } catch (LambdaException refusal) {
      got.put("unknown", refusal.statusCode() + " " + refusal.awsErrorDetails().errorMessage());
    }
  }

  private void update(Map<String, Object> got) {
    client.updateFunctionConfiguration(request -> request.functionName("by-java").description("changed"));
    got.put("description", client.waiter()
        .waitUntilFunctionUpdatedV2(request -> request.functionName("by-java"))
        .matched().response().get().configuration().description());
  }

  private void publish(Map<String, Object> got) {
    PublishVersionResponse made = client.publishVersion(request -> request.functionName("by-java"));
    got.put("version", made.version());
    got.put("alias", client
        .createAlias(request -> request.functionName("by-java").name("live").functionVersion(made.version()))
        .aliasArn());
    got.put("executed", client.invoke(request -> request.functionName("by-java").qualifier("live")).executedVersion());
    List<String> versions = new ArrayList<>();
    client.listVersionsByFunctionPaginator(request -> request.functionName("by-java").maxItems(1))
        .versions().forEach(version -> versions.add(version.version()));
    got.put("versions", versions);
  }

  private void list(Map<String, Object> got) {
    int pages = 0;
    List<String> names = new ArrayList<>();
    for (ListFunctionsResponse page : client.listFunctionsPaginator(request -> request.maxItems(1))) {
      pages += 1;
      for (FunctionConfiguration function : page.functions()) names.add(function.functionName());
    }
    got.put("pages", pages);
    got.put("names", names);
  }

  private void stream(Map<String, Object> got) throws Exception {
    stream("by-java-parts", got);
  }

  private void streamThatFails(Map<String, Object> got) throws Exception {
    stream("by-java-late", got);
  }

  private void stream(String name, Map<String, Object> got) throws Exception {
    List<String> parts = new ArrayList<>();
    InvokeWithResponseStreamResponseHandler handler = InvokeWithResponseStreamResponseHandler.builder()
        .onResponse(response -> got.put("status", response.statusCode()))
        .subscriber(InvokeWithResponseStreamResponseHandler.Visitor.builder()
            .onPayloadChunk(chunk -> {
              parts.add(chunk.payload().asUtf8String());
              makeGo();
            })
            .onInvokeComplete(complete -> tell(complete, got))
            .build())
        .build();
    try (LambdaAsyncClient streaming = LambdaAsyncClient.builder()
        .endpointOverride(endpoint).region(region()).credentialsProvider(keys()).build()) {
      SdkBytes payload = SdkBytes.fromUtf8String("\"" + go + "\"");
      streaming.invokeWithResponseStream(request -> request.functionName(name).payload(payload), handler).get();
    }
    got.put("parts", parts);
  }

  private void makeGo() {
    try {
      if (!Files.exists(go)) Files.createFile(go);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static void tell(InvokeWithResponseStreamCompleteEvent complete, Map<String, Object> got) {
    got.put("error", complete.errorCode());
    got.put("details", complete.errorDetails());
  }

  private void delete(Map<String, Object> got) {
    for (String name : new String[] {"by-java", "by-java-parts", "by-java-late"}) {
      client.deleteFunction(request -> request.functionName(name));
    }
    got.put("left", client.listFunctions().functions().size());
  }

  private static void step(String name, Step step) {
    Map<String, Object> got = new TreeMap<>();
    try {
      step.run(got);
    } catch (Exception failure) {
      got.put("failure", failure);
    }
    got.put("step", name);
    System.out.println(text(got));
  }

  private static String text(Object value) {
    StringBuilder text = new StringBuilder();
    if (value instanceof Map) {
      ((Map<?, ?>) value).forEach(
          (key, member) -> text.append(text.length() == 0 ? "" : ",").append(text(key)).append(':').append(text(member)));
      return "{" + text + "}";
    }
    if (value instanceof List) {
      ((List<?>) value).forEach(member -> text.append(text.length() == 0 ? "" : ",").append(text(member)));
      return "[" + text + "]";
    }
    if (value == null || value instanceof Number) return String.valueOf(value);
    for (char c : value.toString().toCharArray()) text.append(String.format("\\u%04x", (int) c));
    return "\"" + text + "\"";
  }
}
