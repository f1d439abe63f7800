package tandem;

/**
 * What an invocation's context has. Empty texts are absent.
 *
 * @param requestId at most 63 bytes; empty: a new one
 * @param clientContext JSON
 * @param cognitoIdentity JSON with cognitoIdentityId and cognitoIdentityPoolId
 * @param traceId the trace header
 * @param tenantId the tenant
 * @param qualifier ends up in the invoked ARN
 */
public record InvokeOptions(
    String requestId, String clientContext, String cognitoIdentity, String traceId, String tenantId, String qualifier) {
  /** None of it. */
  public static final InvokeOptions NONE = new InvokeOptions("", "", "", "", "", "");

  /** These options with another request id. */
  public InvokeOptions withRequestId(String id) {
    return new InvokeOptions(id, clientContext, cognitoIdentity, traceId, tenantId, qualifier);
  }
}
